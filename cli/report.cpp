// SPDX-License-Identifier: Apache-2.0
// The verb `report`: traces, or a study, as one HTML page.
#include "analysis/report/report.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "analysis/report/study_page.hpp"
#include "analysis/report/study_record.hpp"
#include "analysis/report/trace_detail.hpp"
#include "analysis/trace_reader.hpp"
#include "cli/output_file.hpp"
#include "cli/program.hpp"

namespace eastwest::cli {

namespace {

namespace fs = std::filesystem;

/// To a temporary name and then renamed: an earlier page stays until the new one is complete.
Status write_page(const std::string& path, const std::string& page) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error to tell, not the end
  const std::string partial = path + ".partial";
  std::error_code code;
  {
    std::ofstream out(partial, std::ios::binary | std::ios::trunc);
    out.write(page.data(), static_cast<std::streamsize>(page.size()));
    out.close();
    if (!out) {
      const std::string reason = std::strerror(errno);
      fs::remove(partial, code);
      return Error{"cannot write " + partial + ": " + reason, "make room, or name another place with -o"};
    }
  }
  fs::rename(partial, path, code);
  if (!code) return Done{};
  const std::string reason = code.message();
  fs::remove(partial, code);
  return Error{"cannot rename " + partial + " to " + path + ": " + reason, "name another place with -o"};
}

int put_page(const std::string& path, const std::string& page) {
  if (const Status written = write_page(path, page); !written) {
    print_error(written.error());
    return kExitUnfinished;
  }
  std::printf("%s: %s, open it in a browser\n", path.c_str(), to_readable(Bytes{static_cast<std::int64_t>(page.size())}).c_str());
  return kExitDone;
}

int study_page_verb(const ReportArguments& arguments, const std::string& folder) {
  if (arguments.traces.size() > 1) {
    print_error({"`" + folder + "` is a study, and a page has one study or several traces, not both",
                 "write a page of it alone: eastwest report " + folder});
    return kExitInput;
  }
  std::error_code code;
  fs::path named = fs::weakly_canonical(folder, code);
  if (code) named = folder;
  const Result<std::string> output = settle_output(arguments.output, arguments.output.empty() ? named.string() : std::string(), ".html");
  if (!output) print_error(output.error());
  const bool own = output && fs::exists(*output, code) && fs::equivalent(fs::absolute(*output, code).parent_path(), folder, code) &&
                   study_folder_of(*output).has_value();
  if (own) print_error({"`" + *output + "` is a file of the study", "name another file with -o"});
  Diagnostics diagnostics;
  const std::optional<StudyRecord> record = read_study_record(folder, diagnostics);
  if (print_diagnostics(diagnostics) || !record || !output || own) return kExitInput;
  return put_page(*output, study_html(*record));
}

}  // namespace

int report_verb(const ReportArguments& arguments) {
  for (const std::string& path : arguments.traces)
    if (const std::optional<std::string> folder = study_folder_of(path)) return study_page_verb(arguments, *folder);
  bool good = true;
  const auto refuse = [&](const Error& error) {
    print_error(error);  // all of them, not only the first
    good = false;
  };
  // "run.h5.partial" is the trace `run` of a run that goes on.
  std::string named = arguments.traces.front();
  if (named.ends_with(".partial")) named.resize(named.size() - std::strlen(".partial"));
  const Result<std::string> output = settle_output(arguments.output, arguments.output.empty() ? named : std::string(), ".html");
  if (!output) refuse(output.error());
  std::vector<TraceData> traces;
  std::vector<TraceDetail> details;
  for (const std::string& path : arguments.traces) {
    std::error_code code;
    if (output && fs::equivalent(*output, path, code) && !code) {
      refuse({"`" + *output + "` is one of the traces", "name another file with -o"});
      continue;
    }
    Result<TraceData> trace = read_trace(path);
    if (!trace) {
      refuse(trace.error());
      continue;
    }
    Result<TraceDetail> detail = read_trace_detail(*trace);
    if (!detail) {
      refuse({detail.error().message, "the file is damaged or was written by another version: run the scenario again"});
      continue;
    }
    traces.push_back(std::move(trace).value());
    details.push_back(std::move(detail).value());
  }
  if (!good) return kExitInput;
  return put_page(*output, report_html(make_report(std::move(traces), std::move(details))));
}

}  // namespace eastwest::cli
