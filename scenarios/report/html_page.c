/* SPDX-License-Identifier: Apache-2.0 */
#include "scenarios/report/html_page.h"

#include "scenarios/report/text.h"

void html_page_begin(const char *title, FILE *file)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n",
		file);
	html_text("<title>", title, "</title>\n", file);
	fprintf(file, "<style>%s</style></head>\n<body>\n%s", html_style, html_patterns);
}

void html_page_end(FILE *file)
{
	fprintf(file, "<script>%s</script></body></html>\n", html_script);
}

void html_text(const char *before, const char *text, const char *behind, FILE *file)
{
	fputs(before, file);
	report_write_xml(text ? text : "", file);
	fputs(behind, file);
}

void html_badge(const char *class, const char *word, FILE *file)
{
	fprintf(file, "<span class=\"badge %s\">%s</span>", class, word);
}

void html_command(const char *what, const char *command, FILE *file)
{
	if (!command)
		return;
	fprintf(file, "<div class=\"command\">%s%s", what ? what : "", what ? ": " : "");
	html_text("<code>", command, "</code></div>\n", file);
}

void html_panel_begin(const char *title, bool is_open, FILE *file)
{
	fprintf(file, "<details%s>", is_open ? " open" : "");
	html_text("<summary>", title, "</summary>\n", file);
}

void html_panel_end(FILE *file)
{
	fputs("</details>\n", file);
}
