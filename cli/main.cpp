// SPDX-License-Identifier: Apache-2.0
// The program `eastwest`: parses the command line and calls the verb.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/command_list.hpp"
#include "cli/program.hpp"

namespace eastwest::cli {

bool print_diagnostics(const Diagnostics& diagnostics) {
  if (!diagnostics.all().empty()) std::fputs(diagnostics.print().c_str(), stderr);
  return diagnostics.has_errors();
}

void print_error(const Error& error) {
  std::fprintf(stderr, "error: %s\n", error.message.c_str());
  if (!error.remedy.empty()) std::fprintf(stderr, "remedy: %s\n", error.remedy.c_str());
}

namespace {

int text_verb(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return kExitDone;
}

void add_overrides(CLI::App& verb, std::vector<std::string>& overrides) {
  verb.add_option("--set", overrides, "Set one value of the scenario, e.g. --set network.routing=spray; may be repeated")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
}

/// Names of the verbs, or the options of one.
std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(verb->get_name());
  return names;
}
std::vector<std::string> options_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    if (option->get_group().empty()) continue;  // not for users
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

/// What CLI11 found wrong, said in the form of all our mistakes.
Error usage_error(const CLI::App& app, const CLI::ParseError& error, int argument_count, char** arguments) {
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  if (chosen.empty()) {
    const std::string first = argument_count > 1 ? arguments[1] : "";
    if (first.empty()) return {"no verb is given", "`eastwest run SCENARIO` simulates a scenario; `eastwest --help` lists the verbs"};
    const std::string near = nearest_name(first, verbs_of(app));
    return {"`" + first + "` is not a verb", near.empty() ? "`eastwest --help` lists the verbs" : "did you mean `eastwest " + near + "`?"};
  }
  const std::string verb = chosen.front()->get_name();
  const std::string help = "`eastwest " + verb + " --help` tells more";
  const std::vector<std::string> extras = app.remaining(true);
  const auto option = std::find_if(extras.begin(), extras.end(), [](const std::string& extra) { return extra.starts_with('-'); });
  if (option != extras.end()) {
    const std::string near = nearest_name(option->substr(0, option->find('=')), options_of(*chosen.front()));
    return {"`" + *option + "` is not an option of `" + verb + "`", near.empty() ? help : "did you mean `" + near + "`?"};
  }
  if (!extras.empty()) return {"`" + extras.front() + "` is one argument too many for `" + verb + "`", help};
  for (const CLI::Option* missing : chosen.front()->get_options())
    if (missing->get_required() && missing->empty()) return {"`eastwest " + verb + "` needs " + missing->get_type_name(), help};
  return {error.what(), help};
}

int parse_and_call(int argument_count, char** arguments) {
  CLI::App app("Packet simulator for AI-cluster fabrics and digital twin of their fibre plant", "eastwest");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Print the help of every verb");
  app.set_version_flag("--version", version_text().substr(0, version_text().size() - 1), "Print the version and what it was built with");
  app.footer("Exit codes: 0 done and sane, 1 a verdict failed, 2 bad input, 3 stalled or unfinished, 130 interrupted.");

  RunArguments run;
  std::string seed;
  std::string fidelity;
  CLI::App* run_app = app.add_subcommand("run", "Simulate a scenario and write its trace");
  run_app->add_option("scenario", run.scenario, "Scenario file, or a trace to run again")->required()->type_name("SCENARIO");
  run_app->add_option("-o,--output", run.output, "Trace to write; default: the scenario's name with .h5, here")->type_name("FILE.h5");
  run_app->add_flag("--no-trace", run.no_trace, "Write no trace");
  run_app->add_option("--threads", run.threads, "Threads to use, which change no result; default: all")
      ->type_name("N")
      ->check(CLI::Range(1u, 1024u));
  run_app->add_option("--domains", run.domains, "Domains to cut the fabric into, which change no result")
      ->check(CLI::Range(1u, 1u << 20))
      ->group("");
  run_app
      ->add_option("--fidelity", fidelity,
                   "How the fabric is simulated; both: by packets and by flows, side by side, with traces FILE.packet.h5 and FILE.flow.h5")
      ->type_name("packet|flow|both");
  run_app->add_option("--seed", seed, "Seed of everything that is drawn")->type_name("N");
  add_overrides(*run_app, run.overrides);
  run_app->add_flag("--against-alone", run.against_alone,
                    "Then run every job alone, on its place, and print what it loses by the others; traces FILE.alone-JOB.h5");
  run_app->add_flag("--json", run.json, "Print the summary as one JSON object");
  run_app->add_flag("--quiet", run.quiet, "Print no progress and no summary");

  run_app->add_option("--live", run.live, "Descriptor of a pipe for what happens while it runs")->check(CLI::Range(3, 4096))->group("");

  ExplainArguments explain;
  CLI::App* explain_app = app.add_subcommand("explain", "Print a scenario or a study with every default filled in");
  explain_app->add_option("scenario", explain.scenario, "Scenario file, study file, or a trace")->required()->type_name("SCENARIO");
  explain_app->add_flag("--comments", explain.comments, "Add meaning and source of every value");
  add_overrides(*explain_app, explain.overrides);

  std::string kind;
  CLI::App* kinds_app = app.add_subcommand("kinds", "List what can be chosen, or the parameters of one kind");
  kinds_app->add_option("kind", kind, "Name of a kind")->type_name("KIND");

  std::string schema = "scenario";
  CLI::App* schema_app = app.add_subcommand("schema", "Print the JSON Schema of scenario or study files, for editors");
  schema_app->add_option("what", schema, "Of which file")->type_name("scenario|study");

  StudyArguments study;
  CLI::App* study_app = app.add_subcommand("study", "Run many points of one question and answer it");
  study_app->add_option("study", study.study, "Study file")->required()->type_name("STUDY");
  study_app->add_option("-o,--output", study.output, "Folder of the results; default: the study's name with .study, here")
      ->type_name("DIR");
  study_app->add_flag("--resume", study.resume, "Continue a study that was interrupted or killed");
  study_app->add_option("--threads", study.threads, "Points to play at once, which changes no result; default: one per processor")
      ->type_name("N")
      ->check(CLI::Range(1u, 1024u));
  study_app->add_option("--memory", study.memory, "Memory that points may use together; default: 80 % of what is free")->type_name("SIZE");
  study_app->add_option("--on", study.on, "Where points are played: here, or as job arrays of Slurm")
      ->type_name("local|slurm")
      ->check(CLI::IsMember({"local", "slurm"}));
  study_app->add_option("--points-per-task", study.points_per_task, "Runs in one Slurm task; default: ten seconds of work")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  study_app->add_option("--sbatch", study.sbatch, "Option for sbatch, e.g. --sbatch=--partition=long; may be repeated")
      ->type_name("OPTION")
      ->allow_extra_args(false);
  study_app->add_flag("--quiet", study.quiet, "Print no progress and no table");

  StudyPointsArguments points;
  CLI::App* points_app = app.add_subcommand("study-points", "Play the rows of one task of a study")->group("");
  points_app->add_option("study", points.study)->required()->type_name("STUDY");
  points_app->add_option("-o,--output", points.output)->required();
  points_app->add_option("--tasks", points.tasks)->required();
  points_app->add_option("--task", points.task)->required();
  points_app->add_option("--threads", points.threads)->check(CLI::Range(1u, 1024u));

  CompareArguments compare;
  CLI::App* compare_app = app.add_subcommand("compare", "Put traces side by side");
  compare_app->add_option("traces", compare.traces, "Traces; the first is what the others are compared with")
      ->required()
      ->type_name("FILE.h5")
      ->expected(1, 1000);
  compare_app->add_flag("--json", compare.json, "Print the comparison as one JSON object");

  ReportArguments report;
  CLI::App* report_app = app.add_subcommand("report", "Write traces, or a study, as one HTML page that opens from disk");
  report_app
      ->add_option("traces", report.traces,
                   "Traces, also FILE.h5.partial; the first is what the others are compared with. Or the folder of one study")
      ->required()
      ->type_name("FILE.h5")
      ->expected(1, 1000);
  report_app
      ->add_option("-o,--output", report.output, "Page to write; default: the name of the first trace or of the study with .html, here")
      ->type_name("FILE.html");

  ExportArguments exported;
  CLI::App* export_app = app.add_subcommand(
      "export", "Write the jobs of a scenario in a format of other simulators, its site for NetBox, or its fabric as a graph");
  export_app->add_option("scenario", exported.scenario, "Scenario file, or a trace; of netbox: a site file or a scenario")
      ->required()
      ->type_name("SCENARIO");
  export_app
      ->add_option(
          "--format", exported.format,
          "GOAL text (LogGOPSim, ATLAHS), Chakra traces (ASTRA-sim), CSV and YAML files that NetBox imports, or the fabric for Graphviz")
      ->required()
      ->type_name("goal|chakra|netbox|graphviz");
  exported.dialect = "4.6";
  export_app->add_option("--dialect", exported.dialect, "Of netbox: 4.6 for NetBox 4.5 and later, 4.4 for 4.3 and 4.4; default: 4.6")
      ->type_name("4.6|4.4");
  export_app->add_option("-o,--output", exported.output, "Folder to write to; made when it is not there")->required()->type_name("DIR");
  add_overrides(*export_app, exported.overrides);

  CheckArguments check;
  CLI::App* check_app =
      app.add_subcommand("check", "Hold a site against the rules of its fibre plant: optics, cabling, latency, pathways, racks");
  check_app->add_option("site", check.site, "Site file (`topology:` at its top), or a scenario")->required()->type_name("SITE");
  check_app->add_flag("--links", check.links, "Print a row for every link too");
  check_app->add_flag("--json", check.json, "Print one JSON object, with every link and every item of a finding");
  add_overrides(*check_app, check.overrides);

  ImportArguments imported;
  CLI::App* import_app = app.add_subcommand("import", "Make a site from the files of another tool");
  import_app->add_option("format", imported.format, "netbox: CSV and YAML files that NetBox or `export` has written")
      ->required()
      ->type_name("netbox");
  import_app->add_option("folder", imported.input, "Folder that holds them")->required()->type_name("DIR");
  import_app->add_option("-o,--output", imported.output, "Folder for site.yaml and its tables; made when it is not there")
      ->required()
      ->type_name("DIR");

  DocsArguments docs;
  CLI::App* docs_app =
      app.add_subcommand("docs", "Write a site's documents: the book, schedule, labels, port maps, elevations, purchases, tests, growth");
  docs_app->add_option("site", docs.site, "Site file, or a scenario")->required()->type_name("SITE");
  docs_app->add_option("-o,--output", docs.output, "Folder to write to; made when it is not there")->required()->type_name("DIR");
  docs_app->add_option("--prices", docs.prices, "Prices of parts: part,unit_price,currency")->type_name("FILE.csv");
  docs_app->add_option("--times", docs.times, "Minutes of each kind of work: work,minutes")->type_name("FILE.csv");
  docs_app->add_option("--previous", docs.previous, "An earlier version, for the change log: a site, or its cable schedule")
      ->type_name("FILE");
  docs_app->add_option("--phase", docs.phase, "Show what stands at the end of this phase, from 1; default: what the site builds")
      ->type_name("N")
      ->check(CLI::Range(1u, 64u));
  add_overrides(*docs_app, docs.overrides);

  ExpandArguments expand;
  CLI::App* expand_app = app.add_subcommand("expand", "Write a site with every value, its racks, devices, pathways and cables as tables");
  expand_app->add_option("site", expand.site, "Site file, or a scenario")->required()->type_name("SITE");
  expand_app->add_option("-o,--output", expand.output, "Folder to write to; made when it is not there")->required()->type_name("DIR");
  add_overrides(*expand_app, expand.overrides);

  ValidateArguments validate;
  CLI::App* validate_app = app.add_subcommand("validate", "Simulate measured collectives and print how far off the model is");
  validate_app->add_option("measurements", validate.files, "Tables of measurements; default: the built-in ones of real hardware")
      ->type_name("FILE.csv")
      ->expected(0, 1000);
  validate_app->add_option("--table", validate.table, "Only tables whose name contains it")->type_name("WORD");
  validate_app->add_option("--threads", validate.threads, "Points to simulate at a time; default: one per core")
      ->type_name("N")
      ->check(CLI::Range(1u, 1024u));
  validate_app->add_flag("--json", validate.json, "Print one JSON object");

  VerifyArguments verify;
  CLI::App* verify_app = app.add_subcommand("verify", "Hold what was delivered, plugged and measured against the design");
  verify_app->add_option("site", verify.site, "Site file, or a scenario")->required()->type_name("SITE");
  verify_app->add_option("--received", verify.received, "Packing lists, module data, neighbours, loss tests: a file or a folder")
      ->required()
      ->type_name("PATH");
  verify_app->add_option("--as-built", verify.as_built, "Folder to write the site as found to, for `run` and `compare`")->type_name("DIR");
  add_overrides(*verify_app, verify.overrides);
  verify_app->add_flag("--json", verify.json, "Print one JSON object");

  ServeArguments serve;
  CLI::App* serve_app = app.add_subcommand("serve", "Show results and live runs in a browser, and start runs from there");
  serve_app
      ->add_option("--listen", serve.listen, "Address and port; default: 127.0.0.1:8080. Another machine can reach it only with a token")
      ->type_name("ADDRESS:PORT");
  serve_app->add_option("--results", serve.results, "Folder of results, and of new runs; default: results")->type_name("DIR");
  serve_app->add_option("--token-file", serve.token_file, "File whose first line is the token; else EASTWEST_TOKEN")->type_name("FILE");
  serve_app->add_option("--runs", serve.runs, "Runs at a time; others wait; default: 1")->type_name("N")->check(CLI::Range(1u, 64u));
  serve_app->add_option("--threads", serve.threads, "Threads of a run; default: all")->type_name("N")->check(CLI::Range(1u, 1024u));

  CLI::App* version_app = app.add_subcommand("version", "Print the version and what it was built with");
  CLI::App* manual_app = app.add_subcommand("manual", "Print the manual page, for `man -l -`");
  std::string shell;
  CLI::App* completions_app =
      app.add_subcommand("completions", "Print completions for a shell, e.g. for `source <(eastwest completions bash)`");
  completions_app->add_option("shell", shell, "The shell")
      ->required()
      ->type_name("bash|zsh|fish")
      ->check(CLI::IsMember(completion_shells()));

  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    // CLI11 has a code of its own for every mistake; ours is one. Help and version are no mistakes.
    if (error.get_exit_code() == 0) return app.exit(error);
    print_error(usage_error(app, error, argument_count, arguments));
    return kExitInput;
  }
  // Short forms of overrides, last so that they win.
  if (!seed.empty()) run.overrides.push_back("seed=" + seed);
  run.both = fidelity == "both";
  if (!fidelity.empty() && !run.both) run.overrides.push_back("fidelity=" + fidelity);

  if (run_app->parsed()) return run_verb(run);
  if (explain_app->parsed()) return explain_verb(explain);
  if (kinds_app->parsed()) return kinds_verb(kind);
  if (schema_app->parsed()) return schema_verb(schema);
  if (study_app->parsed()) return study_verb(study);
  if (points_app->parsed()) return study_points_verb(points);
  if (compare_app->parsed()) return compare_verb(compare);
  if (report_app->parsed()) return report_verb(report);
  if (export_app->parsed()) return export_verb(exported);
  if (check_app->parsed()) return check_verb(check);
  if (import_app->parsed()) return import_verb(imported);
  if (docs_app->parsed()) return docs_verb(docs);
  if (expand_app->parsed()) return expand_verb(expand);
  if (validate_app->parsed()) return validate_verb(validate);
  if (verify_app->parsed()) return verify_verb(verify);
  if (serve_app->parsed()) return serve_verb(serve);
  if (version_app->parsed()) return text_verb(version_text());
  if (manual_app->parsed()) return text_verb(manual_page(command_list(app, EASTWEST_VERSION)));
  if (completions_app->parsed()) return text_verb(completions(command_list(app, EASTWEST_VERSION), shell));
  return kExitInput;
}

}  // namespace

}  // namespace eastwest::cli

int main(int argument_count, char** arguments) {
  try {
    return eastwest::cli::parse_and_call(argument_count, arguments);
  } catch (const std::bad_alloc&) {
    std::fputs("error: out of memory\nremedy: simulate a smaller site or fewer operations\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
  }
  return eastwest::cli::kExitUnfinished;
}
