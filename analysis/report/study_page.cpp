// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/study_page.hpp"

#include <string_view>

#include "analysis/report/json_page.hpp"

namespace eastwest {

namespace embedded {
extern const std::string_view web_base_js;
extern const std::string_view web_table_js;
extern const std::string_view web_plot_js;
extern const std::string_view web_chart_js;
extern const std::string_view web_study_js;
extern const std::string_view web_study_kinds_js;
}  // namespace embedded

std::string study_html(const StudyRecord& record, const StudyPageLimits& limits) {
  std::string script;
  using namespace embedded;
  for (const std::string_view part : {web_base_js, web_table_js, web_plot_js, web_chart_js, web_study_kinds_js, web_study_js})
    script += part;
  return assembled_page(record.name.empty() ? "study" : record.name, script, {study_page_data(record, limits), {}});
}

}  // namespace eastwest
