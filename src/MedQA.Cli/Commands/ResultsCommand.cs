using System.CommandLine;
using System.Text.Json;
using MedQA.Client;
using MedQA.Cli.Hosting;
using MedQA.Cli.Runs;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Evaluation.Reporting;
using MedQA.Evaluation.Reporting.Documents;
using MedQA.Web.Contracts;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa results</c>: lists runs or shows one.</summary>
internal static class ResultsCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string?>("RUN")
        {
            Description = "Run name, unique prefix, or 'latest'. Default: list all runs",
            Arity = ArgumentArity.ZeroOrOne
        }.WithRuns();
        var markdown = new Option<bool>("--markdown")
        {
            Description = "Write the whole report: as text on a terminal, as Markdown elsewhere"
        };
        var development = new Option<string>("--dev")
        {
            Description = "Development run of the same profile and model, or its report.json, from which to derive the threshold of "
                + "agreement above which at least 90 % are right, with 95 % confidence",
            HelpName = "RUN|FILE"
        }.WithRuns();
        var slices = new Option<string[]>("--slices")
        {
            Description = "Also accuracy by metadata of the question set, each value tested against all other questions: names, separated "
                + "by commas",
            HelpName = "NAME,…",
            AllowMultipleArgumentsPerToken = false,
            CustomParser = static result =>
            {
                string[] names =
                [
                    .. result.Tokens.SelectMany(static token => token.Value.Split(',', StringSplitOptions.TrimEntries))
                        .Distinct(StringComparer.Ordinal),
                ];
                if (names.Length > MetadataSlices.MaxNames || names.Contains(""))
                {
                    result.AddError($"--slices must name 1 to {MetadataSlices.MaxNames} columns of metadata, separated by commas.");
                }

                return names;
            },
        };
        var pairs = new PairsOptions();
        var html = GivenOutput.Html();
        var selection = new RunListOptions();
        var command = new CommandWithExamples("results", "List runs, or show the scores of a run.", """
            Examples:
              medqa results
              medqa results latest
              medqa results latest --markdown > report.md
              medqa results latest --dev 4c2r
              medqa results latest --html report.html
              medqa results latest --slices difficulty,year
              medqa results latest --pairs                        what changes with the group, of sets that have pairs
              medqa results latest --pairs --pair-column vignette --group-column sex --reference-group male
              medqa results latest --output json
              medqa results latest --output csv > answers.csv     all answers, for a spreadsheet
              medqa results --output csv > runs.csv
              medqa results --search "medqa few-shot" --tag paper
              medqa results --filter completed --order highestAccuracy
              medqa results --endpoint https://medqa.example.com
            """) 
        {
            run, markdown, development, slices, pairs.Pairs, pairs.PairColumn, pairs.GroupColumn, pairs.Reference, html,
            selection.Search, selection.Tag, selection.Filter, selection.Order,
        };
        CommandWork.Set(
            command,
            (context, parsed, cancel) => ShowAsync(
                context,
                parsed.GetValue(run),
                selection.Of(parsed),
                parsed.GetValue(markdown),
                parsed.GetValue(development),
                parsed.GetValue(slices) ?? [],
                pairs.Of(parsed),
                parsed.GetValue(html),
                cancel),
            writesCsv: true);
        return command;
    }

    private static async Task<int> ShowAsync(
        CommandContext context,
        string? name,
        RunListQuery? selection,
        bool markdown,
        string? development,
        string[] slices,
        AskedPairs? askedPairs,
        string? html,
        CancellationToken cancellationToken)
    {
        if (slices.Length > 0 && (name is null || html is not null || context.Output == OutputFormat.Csv))
        {
            throw InputException.Of("--slices", "applies to one run, shown as text, Markdown or JSON: specify it, without --html.");
        }

        if (askedPairs is not null && (name is null || context.Output == OutputFormat.Csv))
        {
            throw InputException.Of("--pairs", "applies to one run, shown as text, Markdown, HTML or JSON: specify it.");
        }

        if (name is not null && selection is not null)
        {
            throw new InputException(
                new FaultLocation(Parameter: "--search"),
                "--search, --tag, --filter and --order apply to the list of runs",
                "Omit the run");
        }

        if (name is null && (development is null ? html is null ? null : "--html" : "--dev") is { } option)
        {
            throw InputException.Of(option, "applies to one run: specify it.");
        }

        Development.CheckName(development);
        await using var service = await CalledService.OpenAsync(context, cancellationToken);
        if (name is null)
        {
            List(
                context,
                selection is null
                    ? await service.ListRunsAsync(cancellationToken)
                    : await service.Client.AllRunsAsync(selection, cancellationToken).ToListAsync(cancellationToken),
                isSelected: selection is not null);
            return ExitCode.Success;
        }

        var run = await service.FindRunAsync(name, cancellationToken);
        var sliced = slices.Length == 0 ? null : await SlicedAsync(service, run, slices, cancellationToken);
        var paired = askedPairs is null ? null : await PairedAsync(service, run, askedPairs, cancellationToken);
        var guarantor = development is null ? null : await Development.ReadAsync(context, service, development, cancellationToken);
        if (html is not null)
        {
            var shown = Extended(await Development.ReadAsync(service, run, cancellationToken), guarantor, paired);
            await GivenOutput.WriteAsync(context, html, () => ReportHtml.Write(shown), cancellationToken);
        }

        if (!markdown)
        {
            await ShowAsync(context, service, run, guarantor, cancellationToken, sliced, paired);
            if (context.Output == OutputFormat.Table)
            {
                string?[] sections =
                    [sliced is null ? null : ReportMarkdown.Write(sliced), paired is null ? null : ReportMarkdown.WriteSection(paired)];
                foreach (var section in sections.OfType<string>())
                {
                    MarkdownDocument.Write(context.Console, section);
                }
            }

            return ExitCode.Success;
        }

        var report = guarantor is null && paired is null
            ? await ReadAsync(service, run, "report.md", cancellationToken)
            : ReportMarkdown.Write(Extended(await Development.ReadAsync(service, run, cancellationToken), guarantor, paired));
        MarkdownDocument.Write(context.Console, sliced is null ? report : $"{report.TrimEnd()}\n\n{ReportMarkdown.Write(sliced)}");
        return ExitCode.Success;
    }

    /// <summary>Shows one run in the requested format.</summary>
    /// <param name="context">The settings.</param>
    /// <param name="service">The service that has the run.</param>
    /// <param name="run">The run.</param>
    /// <param name="development">The report of a development run that guarantees a threshold, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="slices">Accuracy by metadata, which JSON has too; <see langword="null"/> for none.</param>
    /// <param name="pairs">Counterfactual pairs, which JSON has too; <see langword="null"/> for none.</param>
    internal static async Task ShowAsync(
        CommandContext context,
        CalledService service,
        RunResource run,
        RunReport? development,
        CancellationToken cancellationToken,
        MetadataSlices? slices = null,
        CounterfactualPairs? pairs = null)
    {
        if (context.Output == OutputFormat.Csv)
        {
            await using var answers = await OpenAsync(service, run, "answers.csv", cancellationToken);
            await context.Console.TextAsync(answers, cancellationToken);
            return;
        }

        using var report = development is null
            ? await ReadReportAsync(service, run, cancellationToken)
            : JsonDocument.Parse(
                ReportJson.Write(Extended(await Development.ReadAsync(service, run, cancellationToken), development, pairs: null)));
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(Json(run, report, slices, pairs));
        }
        else
        {
            RunTable.Write(context.Console, run, report?.Deserialize(ReportJson.Default.RunReport));
        }
    }

    /// <summary>Reads the run's accuracy by metadata.</summary>
    private static async Task<MetadataSlices> SlicedAsync(
        CalledService service, RunResource run, string[] names, CancellationToken cancellationToken)
    {
        await using var slices = await service.Client.OpenSlicesAsync(run.Id, names, cancellationToken: cancellationToken);
        return (await JsonSerializer.DeserializeAsync(slices, ReportJson.Default.MetadataSlices, cancellationToken))!;
    }

    /// <summary>Asks the service, which has the answers, to compare the run's pairs.</summary>
    private static async Task<CounterfactualPairs> PairedAsync(
        CalledService service, RunResource run, AskedPairs asked, CancellationToken cancellationToken)
    {
        await using var content = await service.Client.OpenPairsAsync(
            run.Id, asked.Pair, asked.Group, asked.Reference, ReportFormat.Json, cancellationToken);
        return await JsonSerializer.DeserializeAsync(content, ReportJson.Default.CounterfactualPairs, cancellationToken)
            ?? throw new JsonException("The service sent null where counterfactual pairs are expected.");
    }

    private static void List(CommandContext context, IReadOnlyList<RunResource> runs, bool isSelected)
    {
        switch (context.Output)
        {
            case OutputFormat.Json:
                context.Console.Line(JsonSerializer.Serialize(new RunList(runs, null), WebJson.Default.RunList));
                break;
            case OutputFormat.Csv:
                context.Console.Text(RunTable.Csv(runs));
                break;
            default:
                RunTable.Write(context.Console, runs, isSelected);
                break;
        }
    }

    /// <summary>Returns a report with what was asked for besides.</summary>
    private static RunReport Extended(RunReport report, RunReport? development, CounterfactualPairs? pairs) => report with
    {
        Guarantee = development is null ? report.Guarantee : GuaranteedDeferral.Of(development, report),
        Pairs = pairs ?? report.Pairs,
    };

    private static async Task<string> ReadAsync(CalledService service, RunResource run, string file, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(service, run, file, cancellationToken);
        using var text = new StreamReader(content);
        return await text.ReadToEndAsync(cancellationToken);
    }

    private static async Task<Stream> OpenAsync(CalledService service, RunResource run, string file, CancellationToken cancellationToken) =>
        await service.TryOpenFileAsync(run.Id, file, cancellationToken)
        ?? throw new InputException(
            $"Run {run.Id} has no {(file == "answers.csv" ? "answers.csv" : "report")} yet: it is {StateText.Of(run)}.");

    private static async Task<JsonDocument?> ReadReportAsync(CalledService service, RunResource run, CancellationToken cancellationToken)
    {
        await using var content = await service.TryOpenFileAsync(run.Id, "report.json", cancellationToken);
        return content is null ? null : await JsonDocument.ParseAsync(content, cancellationToken: cancellationToken);
    }

    private static string Json(RunResource run, JsonDocument? report, MetadataSlices? slices, CounterfactualPairs? pairs)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("run");
            JsonSerializer.Serialize(writer, run, WebJson.Default.RunResource);
            if (report is not null)
            {
                writer.WritePropertyName("report");
                report.WriteTo(writer);
            }

            if (slices is not null)
            {
                writer.WritePropertyName("slices");
                JsonSerializer.Serialize(writer, slices, ReportJson.Default.MetadataSlices);
            }

            if (pairs is not null)
            {
                writer.WritePropertyName("pairs");
                JsonSerializer.Serialize(writer, pairs, ReportJson.Default.CounterfactualPairs);
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
