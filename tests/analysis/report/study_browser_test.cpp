// SPDX-License-Identifier: Apache-2.0
// The page of every kind of study in a real browser: it opens without an error or a request, controls do what they say, names stay text.
#include <doctest/doctest.h>

#include <string>

#include "analysis/report/study_page.hpp"
#include "tests/analysis/report/study_fixture.hpp"
#include "tests/support/browser.hpp"
#include "tests/support/temporary_directory.hpp"

namespace eastwest::tests {
namespace {

struct OpenedStudy {
  TemporaryDirectory folder;
  std::unique_ptr<Browser> browser = Browser::start();

  explicit operator bool() const {
    if (browser == nullptr) MESSAGE("skipped: there is no chromium in PATH");
    return browser != nullptr;
  }
  void page(const StudyRecord& record) {
    browser->size(1280, 900);
    browser->open(folder.write("page.html", study_html(record)), "document.documentElement.dataset.ready === 'yes'");
    settle();
  }
  void settle() { (*this)("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 80)))"); }
  std::string operator()(const std::string& expression) { return browser->evaluate(expression); }
  void choose(int which, const std::string& value) {
    (*this)("{ const s = document.querySelectorAll('#overview label:not([hidden]) select')[" + std::to_string(which) + "]; s.value = '" +
            value + "'; s.dispatchEvent(new Event('change')); }");
    settle();
  }
  void clean() {
    for (const std::string& problem : browser->problems()) FAIL_CHECK(problem);
    for (const std::string& request : browser->requests()) FAIL_CHECK(request);
  }
  /// What holds for every kind.
  void whole() {
    CHECK((*this)("document.querySelectorAll('h1').length === 1 && document.querySelector('h1').textContent === ew.data.study.headline") ==
          "true");
    CHECK((*this)("[...document.querySelectorAll('nav a')].every((a) => document.querySelector(a.getAttribute('href')))") == "true");
    // The picture is on the first screen, and every picture and table has its data to save, which gives rows.
    CHECK((*this)("document.querySelector('#overview svg').getBoundingClientRect().top < 400") == "true");
    CHECK((*this)("[...document.querySelectorAll('.picture, .table')].every((f) => f.querySelector('.csv'))") == "true");
    CHECK((*this)("[...document.querySelectorAll('.csv')].filter((b) => { ew.lastDownload = null; b.click(); return !ew.lastDownload || "
                  "ew.lastDownload.text.split('\\n').length < 3; }).map((b) => b.parentElement.textContent).join()") == "\"\"");
    // Every mark can be reached by keyboard and tells its figures.
    CHECK((*this)("{ const m = [...document.querySelectorAll('#overview .mark')]; m.length > 0 && m.every((e) => e.tabIndex === 0 && "
                  "e.getAttribute('aria-label').length > 5); }") == "true");
    CHECK((*this)("{ const m = document.querySelector('#overview .mark'); m.focus(); "
                  "m.closest('.figure').querySelector('.told').textContent === m.getAttribute('aria-label'); }") == "true");
    for (const int width : {360, 768, 1920}) {
      CAPTURE(width);
      browser->size(width, 800);
      settle();
      CHECK((*this)("document.documentElement.scrollWidth <= innerWidth") == "true");
      CHECK((*this)("[...document.querySelectorAll('#overview svg')].every((s) => s.getBoundingClientRect().right <= innerWidth)") ==
            "true");
    }
    browser->size(1280, 900);
    settle();
    // Themes are told apart, print is on white whatever the theme.
    (*this)("ew.setTheme('dark')");
    CHECK((*this)("getComputedStyle(document.body).backgroundColor") == "\"rgb(20, 24, 30)\"");
    (*this)("dispatchEvent(new Event('beforeprint'))");
    browser->media("light", "print");
    CHECK((*this)("getComputedStyle(document.body).backgroundColor") == "\"rgb(255, 255, 255)\"");
    CHECK((*this)("document.querySelectorAll('#overview svg').length > 0") == "true");
    (*this)("dispatchEvent(new Event('afterprint'))");
    browser->media("light");
    (*this)("ew.setTheme('auto')");
    settle();
  }
};

TEST_CASE("study page in a browser: two designs, their differences with verdicts, those that decide or all") {
  OpenedStudy opened;
  if (!opened) return;
  opened.page(small_compare());
  opened.whole();
  CHECK(opened("document.querySelectorAll('#overview .dot.worse').length") == "2");
  CHECK(opened("document.querySelectorAll('#overview .dot.none').length") == "2");
  CHECK(opened("[...document.querySelectorAll('#overview .word.strong')].map((w) => w.textContent).join()") ==
        "\"busy,calm,what the fabric takes\"");
  CHECK(opened("[...document.querySelectorAll('#overview .mark')].some((m) => m.getAttribute('aria-label').includes('+19.0 %) against a, "
               "busy: worse'))") == "true");
  // Tables sort and filter.
  opened(
      "window.box = document.querySelector('#figures .table'); { const f = box.querySelector('input'); f.value = '\"serve TTFT p99\" "
      "calm'; "
      "f.dispatchEvent(new Event('input')); }");
  CHECK(opened("box.querySelectorAll('tbody tr').length") == "2");
  opened("[...box.querySelectorAll('th button')].find((b) => b.textContent === 'point').click()");
  CHECK(opened("box.querySelector('tbody td').textContent") == "\"3\"");
  opened.clean();
}

TEST_CASE("study page in a browser: three designs have a choice, and all figures can be shown") {
  OpenedStudy opened;
  if (!opened) return;
  StudyRecord record = small_compare();
  record.axes[0].settings = {"a", "b", "c"};
  record.points[3].choices = {2, 0};
  record.points[3].reference = 0;
  record.columns.push_back(record.columns[0]);
  record.columns.back().name = "train.mfu";
  record.columns.back().figure = "mfu";
  for (RecordedRun& run : record.runs) run.figures.push_back(run.figures[0]);
  record.wanted.push_back(3);
  opened.page(record);
  CHECK(opened("document.querySelector('.picture h3').textContent") == "\"b against a\"");
  const std::string before = opened("document.querySelectorAll('#overview .mark').length");
  opened.choose(1, "all");
  CHECK(opened("document.querySelectorAll('#overview .mark').length") > before);
  opened.choose(0, "2");
  CHECK(opened("document.querySelector('.picture h3').textContent") == "\"c against a\"");
  opened.clean();
}

TEST_CASE("study page in a browser: failures worst first, by sort and by figure, with those that are alike") {
  OpenedStudy opened;
  if (!opened) return;
  opened.page(small_failure());
  opened.whole();
  CHECK(opened("document.querySelectorAll('#overview .row').length") == "3");
  CHECK(opened("document.querySelector('#overview .row').getAttribute('aria-label').startsWith('cable two and alike: cable three.')") ==
        "true");
  CHECK(opened("document.querySelectorAll('#overview .bar-stop').length") == "1");
  CHECK(opened("document.querySelectorAll('#overview .bar-stop-soft').length") == "3");
  opened.choose(1, "switch");
  CHECK(opened("document.querySelectorAll('#overview .row').length") == "1");
  opened.choose(1, "all");
  opened.choose(0, "0");
  CHECK(opened("document.querySelectorAll('#overview .row').length") == "3");
  CHECK(opened("document.querySelector('#ranking tbody').children.length") == "3");
  CHECK(opened("document.querySelector('#troubles tbody').textContent.includes('no way')") == "true");
  opened.clean();
}

TEST_CASE("study page in a browser: growth shows figures and purchases of every phase beside each other") {
  OpenedStudy opened;
  if (!opened) return;
  opened.page(small_growth());
  opened.whole();
  CHECK(opened("[...document.querySelectorAll('.panel h3')].map((h) => h.textContent).join()") == "\"train step time mean,cost,cables\"");
  // Two workloads of three phases; each bar has what was there before and what is new.
  CHECK(opened("document.querySelector('.panel').querySelectorAll('.mark').length") == "6");
  CHECK(opened("document.querySelectorAll('.panel .stair-new').length") == "6");
  CHECK(opened("[...document.querySelectorAll('.panel .mark')].some((m) => m.getAttribute('aria-label') === '128 GPUs: cables 256, +128 in "
               "this phase')") == "true");
  opened.clean();
}

TEST_CASE("study page in a browser: a search marks the chosen design and greys those that break a limit, which it names") {
  OpenedStudy opened;
  if (!opened) return;
  opened.page(small_search());
  opened.whole();
  CHECK(opened("document.querySelector('#overview .ring').closest('.mark').getAttribute('aria-label')") ==
        "\"right: cost 200, train step time mean 900 ms. The cheapest that keeps every limit\"");
  CHECK(opened("document.querySelectorAll('#overview .cross').length") == "1");
  CHECK(
      opened("document.querySelector('#overview .cross').closest('.mark').getAttribute('aria-label').includes('breaks at most 1.00 s')") ==
      "true");
  CHECK(opened("document.querySelectorAll('#overview .limit').length") == "1");
  CHECK(opened("[...document.querySelectorAll('#designs tbody tr')].map((r) => r.children[4].textContent).join()") ==
        "\"breaks train step time mean,kept, cheapest,kept,breaks train step time mean\"");
  CHECK(opened("document.querySelector('#troubles tbody').textContent.includes('too few ports')") == "true");
  opened.clean();
}

TEST_CASE("study page in a browser: a sweep draws a figure along an axis of numbers, as lines or as a grid") {
  OpenedStudy opened;
  if (!opened) return;
  opened.page(small_sweep());
  opened.whole();
  CHECK(opened("document.querySelector('.picture h3').textContent") == "\"a bus bandwidth\"");
  // Sizes are numbers: along the bottom, a line for each routing, six points with intervals.
  CHECK(opened("document.querySelectorAll('#overview .curve').length") == "2");
  CHECK(opened("document.querySelectorAll('#overview .mark').length") == "6");
  opened.choose(2, "grid");
  CHECK(opened("document.querySelectorAll('table.grid tbody td').length") == "6");
  CHECK(opened("document.querySelector('table.grid tbody td').textContent.startsWith('10.5 GB/s')") == "true");
  opened.choose(1, "0");
  CHECK(opened("document.querySelector('table.grid tbody').children.length") == "3");
  opened.choose(0, "1");
  CHECK(opened("document.querySelector('.picture h3').textContent") == "\"a collective time mean\"");
  opened.choose(2, "lines");
  CHECK(opened("document.querySelectorAll('#overview .mark').length") == "6");
  opened.clean();
}

TEST_CASE("study page in a browser: unfinished studies and such without any run are pages too") {
  OpenedStudy opened;
  if (!opened) return;
  for (StudyRecord record : {small_compare(), small_failure(), small_growth(), small_search(), small_sweep()}) {
    CAPTURE(record.kind);
    record.finished = false;
    record.points_planned *= 2;
    opened.page(record);
    CHECK(opened("document.querySelector('.badge.bad').textContent.endsWith(' runs, 50 %')") == "true");
    CHECK(opened("document.querySelector('.findings li').textContent.startsWith('Unfinished: ')") == "true");
    record.runs.clear();
    record.points.clear();
    opened.page(record);
    CHECK(opened("document.querySelector('h1').textContent") == "\"No run has ended yet\"");
    opened.clean();
  }
}

TEST_CASE("study page in a browser: names that look like markup or script stay text") {
  OpenedStudy opened;
  if (!opened) return;
  for (StudyRecord record : {small_compare(), small_failure(), small_growth(), small_search(), small_sweep()}) {
    CAPTURE(record.kind);
    record.name = "<img src=x onerror='window.hacked = 1'>";
    record.description = "</script><script>window.hacked = 2</script>";
    for (RecordedAxis& axis : record.axes) {
      axis.name = "<b>__proto__</b>";
      for (std::string& setting : axis.settings) setting += " <svg onload='window.hacked = 3'>";
    }
    for (RecordedRun& run : record.runs) run.diagnosis = "=HYPERLINK(\"x\")<iframe src='javascript:window.hacked = 4'>";
    opened.page(record);
    CHECK(opened("typeof window.hacked") == "\"undefined\"");
    CHECK(opened("document.querySelectorAll('main img, main iframe, main b, main script').length") == "0");
    opened.clean();
  }
}

}  // namespace
}  // namespace eastwest::tests
