"""People: sign-in, and guests who try first and claim their account later."""
