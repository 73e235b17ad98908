# Several ways may be open at once.

locals {
  trust = concat(
    [for way in [var.pod_identity] : {
      Sid       = "OperatorByPodIdentity"
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = {
          "aws:RequestTag/eks-cluster-arn"            = way.cluster_arn
          "aws:RequestTag/kubernetes-namespace"       = way.namespace
          "aws:RequestTag/kubernetes-service-account" = way.service_account
        }
      }
    } if way != null],
    [for way in [var.irsa] : {
      Sid       = "OperatorByServiceAccountToken"
      Effect    = "Allow"
      Principal = { Federated = "arn:${local.partition}:iam::${local.account}:oidc-provider/${way.oidc_provider}" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${way.oidc_provider}:aud" = "sts.amazonaws.com"
          "${way.oidc_provider}:sub" = "system:serviceaccount:${way.namespace}:${way.service_account}"
        }
      }
    } if way != null],
    [for way in [var.cross_account] : {
      Sid       = "OperatorFromAnotherAccount"
      Effect    = "Allow"
      Principal = { AWS = way.role_arn }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = { StringEquals = { "sts:ExternalId" = way.external_id } }
    } if way != null],
  )
}
