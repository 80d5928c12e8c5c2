enum AppProtectionPlaceholder {}
