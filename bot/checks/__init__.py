"""What is looked at before a deployment goes live, and at any time for one guild: findings with their remedies."""
