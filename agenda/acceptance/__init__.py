"""Connected acceptance of an editor (flows.md): rules as data, checked on what really went over the wire.

Left to right: `rules`, `ledger` → `elements`, `answers` → `slots`, `practitioners`, `communities`, `associations`
→ `wire` → `searches`, `accounts`, `certificates` → `checking` → `reports`, `forms`, `views`.
"""
