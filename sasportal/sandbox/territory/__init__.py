"""A synthetic territory in the national formats: nobody in it exists."""
