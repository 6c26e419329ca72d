"""What every page needs: access, forms, lists, headers, errors."""
