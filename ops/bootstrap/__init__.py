"""`ops bootstrap`: the bucket, the table and the key that keep Terraform's state, made or mended."""
