using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Datasets.Writing;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Models;
using MedQA.Inference.SoftPrompts;
using MedQA.Pipeline.SoftPrompts;
using Spectre.Console;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa prefixes</c>: lists the tuned prefixes that profiles can name.</summary>
internal static class PrefixesCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new CommandWithExamples("prefixes", "List the tuned prefixes of the folder that --prefixes names, and whether the "
            + "model "
            + "can use them.", """
            Examples:
              medqa prefixes --prefixes prefixes
              medqa tune --data exemplars.csv --profile likelihood --out prefixes/mine    (makes one)
              medqa run mine.csv --prefixes prefixes --profile tuned.json                 (tuned.json: {"name": "tuned", "strategy": "likelihood", "prefix": "mine"})
            """);
        CommandWork.Set(command, static (context, _, cancel) => ListAsync(context, cancel), writesCsv: true);
        return command;
    }

    private static async Task<int> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var folder = context.Settings.PrefixesFolder
            ?? throw new InputException(
                "Name the folder in which the prefixes lie, each a folder of its own, with --prefixes or MEDQA_PREFIXES.");
        var model = ModelFolder.Open(LocalModel.FolderOf(context.Settings), context.Settings.Graph);
        var fingerprint = await model.FingerprintAsync(cancellationToken);
        var prefixes = SoftPromptStore.FoldersIn(folder)
            .Order(StringComparer.Ordinal)
            .Select(path => Read(path, model, fingerprint))
            .ToArray();
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(prefixes, PrefixesJson.Default.PrefixSummaryArray));
        }
        else if (context.Output == OutputFormat.Csv)
        {
            context.Console.Text(string.Concat(
            [
                CsvLine.Of("prefix", "length", "model", "exemplars", "steps", "hash", "problem"),
                .. prefixes.Select(
                    static prefix =>
                        CsvLine.Of(prefix.Name, prefix.Length, prefix.Model, prefix.Exemplars, prefix.Steps, prefix.Hash, prefix.Problem)),
            ]));
        }
        else if (prefixes.Length == 0)
        {
            context.Console.Note($"{folder} has no prefix yet. `medqa tune --out {Path.Combine(folder, "NAME")}` makes one.");
        }
        else
        {
            context.Console.Output.Write(TableOf(prefixes));
        }

        return ExitCode.Success;
    }

    private static Table TableOf(IEnumerable<PrefixSummary> prefixes)
    {
        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns(
            new TableColumn("Prefix").NoWrap(),
            new TableColumn("Virtual tokens").RightAligned(),
            new TableColumn("Model"),
            new TableColumn("Exemplars").RightAligned(),
            new TableColumn("Steps").RightAligned(),
            new TableColumn("Can be used"));
        foreach (var prefix in prefixes)
        {
            table.AddRow(
                new Text(prefix.Name),
                Number(prefix.Length),
                new Text(prefix.Model ?? ""),
                Number(prefix.Exemplars),
                Number(prefix.Steps),
                new Text(prefix.Problem is null ? "yes" : $"no: {prefix.Problem}"));
        }

        return table;

        static Text Number(int? number) => new(number?.ToString("N0", CultureInfo.InvariantCulture) ?? "");
    }

    /// <summary>What a folder's manifest says; its numbers are read only when a run needs them.</summary>
    private static PrefixSummary Read(string path, ModelFolder model, string fingerprint)
    {
        var name = Path.GetFileName(path);
        try
        {
            var manifest = SoftPromptFolder.Open(path).Manifest;
            var prefix = new SoftPromptReference(
                name, manifest.PrefixHash, manifest.Length, manifest.Model.Fingerprint, manifest.Model.Name);
            var problem = prefix.GetIncompatibility(model.Name, fingerprint, model.ContextLength);
            return new(
                name,
                manifest.Length,
                manifest.Model.Name,
                manifest.Data?.Exemplars,
                manifest.Losses?.LastOrDefault()?.Step,
                manifest.PrefixHash,
                problem);
        }
        catch (UnusableException exception)
        {
            return new(name, null, null, null, null, null, exception.Message);
        }
    }
}

/// <summary>A tuned prefix in a list.</summary>
/// <param name="Name">What a profile's <c>prefix</c> names.</param>
/// <param name="Length">Its virtual tokens.</param>
/// <param name="Model">The model that it was tuned for.</param>
/// <param name="Exemplars">How many it was tuned on, where its manifest says so.</param>
/// <param name="Steps">Steps that the tuning took, where its manifest says so.</param>
/// <param name="Hash">SHA-256 of its keys and values.</param>
/// <param name="Problem">Why it cannot be used with the model of the settings; <see langword="null"/> where it can.</param>
internal sealed record PrefixSummary(string Name, int? Length, string? Model, int? Exemplars, int? Steps, string? Hash, string? Problem);

/// <summary>How prefixes are written for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(PrefixSummary[]))]
internal sealed partial class PrefixesJson : JsonSerializerContext;
