variable "role_name" {
  description = "Name of the role."
  type        = string
  default     = "trusted-access-operator"
}

variable "access" {
  description = "Observe: read and report. Correct: enable trusted access and change administrators too. CorrectAndDisable: also disable trusted access, for resources with \"access: Disabled\" or \"deletionPolicy: Revoke\"."
  type        = string
  default     = "Correct"

  validation {
    condition     = contains(["Observe", "Correct", "CorrectAndDisable"], var.access)
    error_message = "Observe, Correct or CorrectAndDisable."
  }
}

variable "service_principals" {
  description = "The only services whose trusted access and administrators the role may change."
  type        = list(string)
  default     = ["sso.amazonaws.com"]

  validation {
    condition     = length(var.service_principals) > 0 && !contains(var.service_principals, "*")
    error_message = "Name each service."
  }
}

variable "administrators" {
  description = "The only accounts that the role may register and deregister, by their 12-digit ids. Include the present administrators. Null: every account of the organization."
  type        = list(string)
  default     = null

  validation {
    condition     = var.administrators == null ? true : length(var.administrators) > 0 && length([for id in var.administrators : id if length(regexall("^[0-9]{12}$", id)) == 0]) == 0
    error_message = "One or more 12-digit account ids, or null."
  }
}

variable "organization_id" {
  description = "Id of the organization. An asterisk stands for the one this account manages."
  type        = string
  default     = "*"

  validation {
    condition     = length(regexall("^(\\*|o-[a-z0-9]{10,32})$", var.organization_id)) == 1
    error_message = "Like o-exampleorgid, or an asterisk."
  }
}

variable "pod_identity" {
  description = "Lets the operator in by EKS Pod Identity."
  type = object({
    cluster_arn     = string
    namespace       = optional(string, "trusted-access-system")
    service_account = optional(string, "trusted-access-operator")
  })
  default = null
}

variable "irsa" {
  description = "Lets the operator in by IAM roles for service accounts. oidc_provider is the issuer without \"https://\"; its identity provider must exist in this account."
  type = object({
    oidc_provider   = string
    namespace       = optional(string, "trusted-access-system")
    service_account = optional(string, "trusted-access-operator")
  })
  default = null
}

variable "cross_account" {
  description = "Lets the operator in from another account: the role it has there, and the value of spec.organization.externalId."
  type = object({
    role_arn    = string
    external_id = string
  })
  default = null

  validation {
    condition     = var.cross_account == null ? true : length(regexall("^[\\w+=,.@:/-]{2,}$", var.cross_account.external_id)) == 1
    error_message = "An external id has 2 or more characters: letters, digits and + = , . @ : / - _"
  }
}

variable "other_role_arns" {
  description = "Roles in other management accounts that spec.organization.roleArn may name."
  type        = list(string)
  default     = []
}

variable "events_name" {
  description = "Name of the event rule and queue, usually trusted-access-events. Null when the operator only polls."
  type        = string
  default     = null
}

variable "events_region" {
  description = "Region where Organizations events appear."
  type        = string
  default     = "us-east-1"
}

variable "notify_bus_arn" {
  description = "ARN of the bus of the option --notify-bus. Null when there is none."
  type        = string
  default     = null
}

variable "event_setup_policy" {
  description = "Whether to make a managed policy for the people who run \"trusted-access setup\". The operator never needs it."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags of everything made here."
  type        = map(string)
  default = {
    app = "trusted-access-operator"
  }
}
