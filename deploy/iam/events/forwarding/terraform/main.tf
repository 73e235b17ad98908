# Forwards events of IAM Identity Center to the Organizations Region: the same rule and role as the command
# "trusted-access setup --identity-center-region" creates. Apply it in the management account, with a provider of the
# Region of the Identity Center instance, when that is not the Organizations Region.

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "name" {
  description = "Name of the rule in the Organizations Region."
  type        = string
  default     = "trusted-access-events"
}

variable "organizations_region" {
  description = "Region of the rule and the queue: us-east-1, cn-northwest-1 or us-gov-west-1."
  type        = string
  default     = "us-east-1"
}

variable "tags" {
  description = "Tags of everything created here."
  type        = map(string)
  default = {
    app = "trusted-access-operator"
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  bus = "arn:${data.aws_partition.current.partition}:events:${var.organizations_region}:${data.aws_caller_identity.current.account_id}:event-bus/default"
}

resource "aws_iam_role" "forwarding" {
  name        = "${var.name}-forwarding"
  description = "Sends events of IAM Identity Center to the Organizations Region, for trusted-access-operator"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "forwarding" {
  name = "put-events"
  role = aws_iam_role.forwarding.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "events:PutEvents"
      Resource = local.bus
    }]
  })
}

resource "aws_cloudwatch_event_rule" "forwarding" {
  name          = "${var.name}-forwarding"
  description   = "Events of IAM Identity Center for the Organizations Region, for trusted-access-operator"
  state         = "ENABLED"
  event_pattern = file("${path.module}/event-pattern.json")
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "organizations_region" {
  rule      = aws_cloudwatch_event_rule.forwarding.name
  target_id = "organizations-region"
  arn       = local.bus
  role_arn  = aws_iam_role.forwarding.arn

  # The role must be permitted first.
  depends_on = [aws_iam_role_policy.forwarding]
}
