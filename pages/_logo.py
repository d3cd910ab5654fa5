"""The sign above the menu, drawn here: an awning and the name; one colour that reads on light and dark."""

LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 196 40" width="196" height="40"
role="img" aria-label="Regulars">
<g fill="none" stroke="#15847a" stroke-width="2.6" stroke-linejoin="round" stroke-linecap="round">
<path d="M6 8h28l3 9a5.6 5.6 0 0 1-8.5 3.6A6.6 6.6 0 0 1 20 21a6.6 6.6 0 0 1-8.5-.4A5.6 5.6 0 0 1 3 17z"/>
<path d="M8 22v11h24V22"/><path d="M20 33v-7h6v7"/></g>
<text x="48" y="29" fill="#15847a" font-family="'Source Sans 3',system-ui,sans-serif"
font-size="25" font-weight="650">Regulars</text></svg>"""
SIGN = LOGO.replace('viewBox="0 0 196 40" width="196"', 'viewBox="0 0 40 40" width="40"')
