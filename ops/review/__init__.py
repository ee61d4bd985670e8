"""What a plan means, for the person who has to say yes."""
