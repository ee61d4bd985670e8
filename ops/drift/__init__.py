"""What somebody has changed by hand: the account compared with the states, and not with what the code says today."""
