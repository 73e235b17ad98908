locals {
  account_prefix = "arn:${local.partition}:organizations::${local.account}:account/${var.organization_id}"
  accounts       = "${local.account_prefix}/*"
  administrators = var.administrators == null ? [local.accounts] : [for id in var.administrators : "${local.account_prefix}/${id}"]
  queue          = "arn:${local.partition}:sqs:${var.events_region}:${local.account}:${local.events}"
  events         = var.events_name == null ? "trusted-access-events" : var.events_name
  only_these     = { StringEquals = { "organizations:ServicePrincipal" = var.service_principals } }
  own_events     = { StringEquals = { "events:source" = "trusted-access-operator" } }

  wanted = {
    SeeOrganization                 = true
    SeeAccounts                     = true
    FindIdentityCenter              = true
    ListRegionsOfAccount            = true
    SeeWhetherIdentityCenterIsInUse = true
    SeeServiceLinkedRole            = true
    EnableAccess                    = var.access != "Observe"
    ChangeAdministrators            = var.access != "Observe"
    DisableAccess                   = var.access == "CorrectAndDisable"
    ActInOrganizations              = length(var.other_role_arns) > 0
    TakeEvents                      = var.events_name != null
    ProveThatEventsArrive           = var.events_name != null
    AskWhoDidItWhenEventsDoNotTell  = var.events_name != null
    ReadEventPath                   = var.events_name != null
    TellOfDrift                     = var.notify_bus_arn != null
  }

  allowed = [for statement in local.statements : statement if local.wanted[statement.Sid]]

  statements = [
    {
      Sid    = "SeeOrganization"
      Effect = "Allow"
      Action = [
        "organizations:DescribeOrganization",
        "organizations:ListAWSServiceAccessForOrganization",
        "organizations:ListDelegatedAdministrators",
      ]
      Resource = "*"
    },
    {
      Sid      = "SeeAccounts"
      Effect   = "Allow"
      Action   = ["organizations:DescribeAccount"]
      Resource = local.accounts
    },
    {
      Sid      = "FindIdentityCenter"
      Effect   = "Allow"
      Action   = ["sso:ListInstances", "sso:ListApplications"]
      Resource = "*"
    },
    {
      Sid      = "ListRegionsOfAccount"
      Effect   = "Allow"
      Action   = ["account:ListRegions"]
      Resource = "arn:${local.partition}:account::${local.account}:account"
    },
    {
      Sid      = "SeeWhetherIdentityCenterIsInUse"
      Effect   = "Allow"
      Action   = ["sso:DescribeInstance", "sso:ListPermissionSets"]
      Resource = "arn:${local.partition}:sso:::instance/*"
    },
    {
      Sid      = "SeeServiceLinkedRole"
      Effect   = "Allow"
      Action   = ["iam:GetRole"]
      Resource = "arn:${local.partition}:iam::${local.account}:role/aws-service-role/sso.amazonaws.com/AWSServiceRoleForSSO"
    },
    {
      Sid       = "EnableAccess"
      Effect    = "Allow"
      Action    = ["organizations:EnableAWSServiceAccess"]
      Resource  = "*"
      Condition = local.only_these
    },
    {
      Sid    = "ChangeAdministrators"
      Effect = "Allow"
      Action = [
        "organizations:RegisterDelegatedAdministrator",
        "organizations:DeregisterDelegatedAdministrator",
      ]
      Resource  = local.administrators
      Condition = local.only_these
    },
    {
      Sid       = "DisableAccess"
      Effect    = "Allow"
      Action    = ["organizations:DisableAWSServiceAccess"]
      Resource  = "*"
      Condition = local.only_these
    },
    {
      Sid      = "ActInOrganizations"
      Effect   = "Allow"
      Action   = ["sts:AssumeRole", "sts:TagSession"]
      Resource = var.other_role_arns
    },
    {
      Sid    = "TakeEvents"
      Effect = "Allow"
      Action = [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
      ]
      Resource = local.queue
    },
    {
      Sid       = "ProveThatEventsArrive"
      Effect    = "Allow"
      Action    = ["events:PutEvents"]
      Resource  = "arn:${local.partition}:events:${var.events_region}:${local.account}:event-bus/default"
      Condition = local.own_events
    },
    {
      Sid      = "AskWhoDidItWhenEventsDoNotTell"
      Effect   = "Allow"
      Action   = ["cloudtrail:LookupEvents"]
      Resource = "*"
    },
    {
      Sid    = "ReadEventPath"
      Effect = "Allow"
      Action = [
        "events:ListRuleNamesByTarget",
        "events:DescribeRule",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
      ]
      Resource = "*"
    },
    {
      Sid       = "TellOfDrift"
      Effect    = "Allow"
      Action    = ["events:PutEvents"]
      Resource  = var.notify_bus_arn
      Condition = local.own_events
    },
  ]

  setup = [
    {
      Sid    = "Rule"
      Effect = "Allow"
      Action = [
        "events:DescribeRule",
        "events:ListTargetsByRule",
        "events:ListTagsForResource",
        "events:PutRule",
        "events:EnableRule",
        "events:PutTargets",
        "events:RemoveTargets",
        "events:DeleteRule",
        "events:TagResource",
      ]
      Resource = "arn:${local.partition}:events:${var.events_region}:${local.account}:rule/${local.events}"
    },
    {
      Sid      = "ReadBusPolicy"
      Effect   = "Allow"
      Action   = ["events:DescribeEventBus"]
      Resource = "arn:${local.partition}:events:${var.events_region}:${local.account}:event-bus/default"
    },
    {
      Sid    = "Queues"
      Effect = "Allow"
      Action = [
        "sqs:GetQueueUrl",
        "sqs:GetQueueAttributes",
        "sqs:ListQueueTags",
        "sqs:CreateQueue",
        "sqs:SetQueueAttributes",
        "sqs:TagQueue",
        "sqs:DeleteQueue",
      ]
      Resource = [local.queue, "${local.queue}-dead-letters"]
    },
    {
      Sid      = "LookAtTrails"
      Effect   = "Allow"
      Action   = ["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:GetEventSelectors"]
      Resource = "*"
    },
  ]
}
