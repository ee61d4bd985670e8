"""What a reviewer of a plan should know of, by rule: each rule is data, and speaks of one resource at a time."""
