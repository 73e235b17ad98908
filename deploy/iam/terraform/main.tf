# The IAM role of trusted-access-operator with no more than it needs: the same statements as the files in policies/
# and trust/. Apply it in the management account of the organization.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
}

resource "aws_iam_role" "operator" {
  name               = var.role_name
  description        = "Of trusted-access-operator"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = local.trust })
  tags               = var.tags

  lifecycle {
    precondition {
      condition     = length(local.trust) > 0
      error_message = "Say who may use the role: pod_identity, irsa or cross_account."
    }
  }
}

resource "aws_iam_role_policy" "operator" {
  name   = "trusted-access"
  role   = aws_iam_role.operator.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.allowed })
}

resource "aws_iam_policy" "setup" {
  count       = var.event_setup_policy ? 1 : 0
  description = "For those who run \"trusted-access setup\""
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.setup })
  tags        = var.tags
}

output "role_arn" {
  description = "For aws.roleArn of the Helm chart, the Pod Identity association, or spec.organization.roleArn."
  value       = aws_iam_role.operator.arn
}

output "setup_policy_arn" {
  description = "To attach to the people who run \"trusted-access setup\"."
  value       = var.event_setup_policy ? aws_iam_policy.setup[0].arn : null
}
