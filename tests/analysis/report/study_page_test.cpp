// SPDX-License-Identifier: Apache-2.0
// The page of a study: its data is JSON that cannot leave its element, names stay text, and the same record gives the same page.
#include "analysis/report/study_page.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "analysis/report/study_words.hpp"
#include "tests/analysis/report/study_fixture.hpp"

namespace eastwest::tests {
namespace {

TEST_CASE("study page: the data has every point, figure and run that the record has") {
  for (const StudyRecord& record : {small_compare(), small_failure(), small_growth(), small_search(), small_sweep()}) {
    CAPTURE(record.kind);
    const nlohmann::json study = nlohmann::json::parse(study_page_data(record))["study"];
    CHECK(study["kind"] == record.kind);
    CHECK(study["headline"] == study_words(record).headline);
    REQUIRE(study["points"].size() == record.points.size());
    CHECK(study["runs"].size() == record.runs.size());
    for (std::size_t p = 0; p < record.points.size(); ++p)
      for (std::size_t c = 0; c < record.columns.size(); ++c) {
        const nlohmann::json& figure = study["points"][p]["figures"][c];
        const RecordedFigure own = record.figure(p, c);
        if (own.estimate.runs == 0) CHECK(figure[0].is_null());
        else CHECK(figure[0].get<double>() == doctest::Approx(own.estimate.mean * record.columns[c].scale));
      }
    CHECK(study["failures"].is_null() == (record.kind != "failure"));
    CHECK(study["search"].is_null() == (record.kind != "search"));
  }
}

TEST_CASE("study page: beyond the limits rows are left out, and the counts still tell of all") {
  StudyPageLimits limits;
  limits.points = 2;
  limits.runs = 3;
  limits.troubles = 1;
  limits.failures = 1;
  const nlohmann::json study = nlohmann::json::parse(study_page_data(small_failure(), limits))["study"];
  CHECK(study["points"].size() == 2);
  CHECK(study["points_all"] == 9);
  CHECK(study["runs"].size() == 3);
  CHECK(study["troubles"].size() == 1);
  CHECK(study["troubled"] == 6);
  CHECK(study["failures"].size() == 1);
}

TEST_CASE("study page: names of any kind stay text, and the marks of the page in them stay too") {
  StudyRecord record = small_compare();
  const std::string script = "</script><script>window.hacked = 1</script>{{data}}{{title}}";
  record.name = script;
  record.description = "<img src=x onerror=alert(1)>\xff";
  record.axes[0].settings[1] = script;
  record.runs[0].diagnosis = script;
  const std::string data = study_page_data(record);
  CHECK(data.find_first_of("<>&") == std::string::npos);
  CHECK(nlohmann::json::parse(data)["study"]["axes"][0]["settings"][1] == script);
  const std::string page = study_html(record);
  CHECK(page.find(script) == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("&lt;/script&gt;&lt;script&gt;window.hacked = 1&lt;/script&gt;{{data}}{{title}} - eastwest report") != std::string::npos);
  for (const char* part : {"src=\"http", "href=\"http", "url(http", "@import", "fetch(", "XMLHttpRequest", "import("})
    CHECK_MESSAGE(page.find(part) == std::string::npos, part);
}

TEST_CASE("study page: the same study gives the same page") { CHECK(study_html(small_search()) == study_html(small_search())); }

}  // namespace
}  // namespace eastwest::tests
