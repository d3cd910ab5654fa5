"""Where tables begin and end on a sheet; turned, filled and told apart."""
