"""`python -m crm_core` is the same as `regulars`."""

from crm_core.cli import main

raise SystemExit(main())
