enum AstraControlPlaceholder {}
