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

namespace MedQA.Cli.Commands;

/// <summary><c>medqa prefixes</c>: lists the tuned prefixes that profiles can name.</summary>
internal static class PrefixesCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new CommandWithExamples("prefixes", "List the tuned prefixes in the folder given with --prefixes, and whether the "
            + "model can use them.", """
            Examples:
              medqa prefixes --prefixes prefixes
              medqa tune --data exemplars.csv --profile likelihood --out prefixes/mine    (creates one)
              medqa run mine.csv --prefixes prefixes --profile tuned.json                 (tuned.json: {"name": "tuned", "strategy": "likelihood", "prefix": "mine"})
            """);
        CommandWork.Set(command, static (context, _, cancel) => ListAsync(context, cancel), writesCsv: true);
        return command;
    }

    private static async Task<int> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var folder = context.Settings.PrefixesFolder
            ?? throw new InputException(
                "Specify the folder that contains the prefix folders with --prefixes or MEDQA_PREFIXES.");
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
            context.Console.Note($"{folder} has no prefixes yet. `medqa tune --out {Path.Combine(folder, "NAME")}` creates one.");
        }
        else
        {
            TableOf(prefixes).Write(context.Console.Output);
        }

        return ExitCode.Success;
    }

    private static TextTable TableOf(IEnumerable<PrefixSummary> prefixes)
    {
        var table = new TextTable(
            new TextColumn("Prefix"),
            new TextColumn("Virtual tokens", Numbers: true),
            new TextColumn("Model"),
            new TextColumn("Exemplars", Numbers: true),
            new TextColumn("Steps", Numbers: true),
            new TextColumn("Can be used"));
        foreach (var prefix in prefixes)
        {
            table.Add(
                prefix.Name,
                Number(prefix.Length),
                prefix.Model ?? "",
                Number(prefix.Exemplars),
                Number(prefix.Steps),
                prefix.Problem is null ? "yes" : $"no: {prefix.Problem}");
        }

        return table;

        static string Number(int? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>Reads a folder's manifest; the tensors are read only when a run needs them.</summary>
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

/// <summary>A listed tuned prefix.</summary>
/// <param name="Name">The name for a profile's <c>prefix</c>.</param>
/// <param name="Length">The number of its virtual tokens.</param>
/// <param name="Model">The model that it was tuned for.</param>
/// <param name="Exemplars">The number of exemplars it was tuned on, if known.</param>
/// <param name="Steps">The number of tuning steps, if known.</param>
/// <param name="Hash">SHA-256 of its keys and values.</param>
/// <param name="Problem">Why the model of the settings cannot use it; <see langword="null"/> if it can.</param>
internal sealed record PrefixSummary(string Name, int? Length, string? Model, int? Exemplars, int? Steps, string? Hash, string? Problem);

/// <summary>The JSON format of prefixes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(PrefixSummary[]))]
internal sealed partial class PrefixesJson : JsonSerializerContext;
