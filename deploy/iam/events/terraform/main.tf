# Brings changes of AWS Organizations trusted access to trusted-access-operator: the same rule, queues and policies as
# the command "trusted-access setup" makes. Apply it in the management account, with a provider of the Region where
# Organizations events appear: us-east-1, cn-northwest-1 or us-gov-west-1. A trail must log management events there.

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
  description = "Name of the rule and of the queue."
  type        = string
  default     = "trusted-access-events"
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default = {
    app = "trusted-access-operator"
  }
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "${var.name}-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
  tags                      = var.tags
}

resource "aws_sqs_queue" "events" {
  name                       = var.name
  receive_wait_time_seconds  = 20
  visibility_timeout_seconds = 30
  sqs_managed_sse_enabled    = true
  tags                       = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TrustedAccessEvents"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.dead_letters.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.events.arn } }
    }]
  })
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TrustedAccessEvents"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.events.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.events.arn } }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "events" {
  name          = var.name
  description   = "Changes of AWS Organizations trusted access, for trusted-access-operator"
  state         = "ENABLED"
  event_pattern = file("${path.module}/event-pattern.json")
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "queue" {
  rule      = aws_cloudwatch_event_rule.events.name
  target_id = "trusted-access-queue"
  arn       = aws_sqs_queue.events.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  # What the target points at must let it in first.
  depends_on = [aws_sqs_queue_policy.events, aws_sqs_queue_policy.dead_letters]
}

output "queue_url" {
  description = "For the option --event-queue of the operator."
  value       = aws_sqs_queue.events.url
}

output "queue_arn" {
  description = "For the policy of the operator."
  value       = aws_sqs_queue.events.arn
}
