"""What can be known before anything is changed: whether the account is ready for a deployment."""
