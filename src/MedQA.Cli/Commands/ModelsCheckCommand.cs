using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Inference.Checking;
using MedQA.Inference.Sessions;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa models check</c>: compares a converted model with the original.</summary>
internal static class ModelsCheckCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model folder, or a name that `medqa models` lists" };
        var references = new Option<string>("--references")
        {
            Description = "Folder or file with the original model's answers; tests/references shows the format",
            HelpName = "FOLDER",
            Required = true
        };
        var limit = new NumberOption<int?>("--limit", NumberRange.Whole(1))
        {
            Description = "Maximum number of items to check per file",
            HelpName = "N"
        };
        var tolerance = new NumberOption<double?>(
            "--tolerance",
            new("a number from 0 up", static most => most is >= 0 and < double.PositiveInfinity))
            {
                Description = "Largest deviation that counts as equal. Default: 0.0015, for graphs in 32-bit floats; quantized graphs "
                    + "need more",
                HelpName = "X"
            };
        var command = new CommandWithExamples("check", "Compare a model's tokens, logits, greedy texts and log-likelihoods with the "
            + "original's. Exit code 1 beyond the tolerance.", """
            Examples:
              medqa models check smollm2-135m-instruct --graph model.exact.onnx --references tests/references --limit 3
              medqa models check /folder/of/a/converted/model --references mine
            """) { model, references, limit, tolerance };
        CommandWork.Set(command, (context, parsed, cancel) => CheckAsync(
            context,
            LocalModel.FolderOf(context.Settings, parsed.GetRequiredValue(model)),
            new ModelOptions { Graph = context.Settings.Graph, Threads = context.Settings.Threads, Provider = context.Settings.Provider },
            parsed.GetRequiredValue(references),
            Options(parsed.GetValue(limit), parsed.GetValue(tolerance)),
            cancel));
        return command;
    }

    private static ReferenceCheckOptions Options(int? limit, double? tolerance)
    {
        var options = new ReferenceCheckOptions { Limit = limit };
        return tolerance is { } given ? options with { Tolerance = given } : options;
    }

    private static async Task<int> CheckAsync(
        CommandContext context,
        string folder,
        ModelOptions modelOptions,
        string references,
        ReferenceCheckOptions options,
        CancellationToken cancellationToken)
    {
        var result =
            await ReferenceCheck.RunAsync(folder, modelOptions, references, options, new Progress(context.Console), cancellationToken);
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(result, ModelsCheckJson.Default.ReferenceCheckResult));
        }
        else
        {
            Write(context.Console, result);
        }

        return result.Passed ? ExitCode.Success : ExitCode.Failure;
    }

    private static void Write(HostConsole console, ReferenceCheckResult result)
    {
        console.Line($"{result.Model}, {result.Graph}, fingerprint {result.Fingerprint}");
        var table = new TextTable(
            new TextColumn("File"),
            new TextColumn("Outcome"),
            new TextColumn("Agreeing", Numbers: true),
            new TextColumn("Largest deviation", Numbers: true),
            new TextColumn("Note"));
        foreach (var file in result.Files)
        {
            table.Add(
                file.File,
                Outcome(file.Outcome),
                file.Items > 0 ? $"{file.Agreeing:#,0} of {file.Items:#,0}" : "–",
                file.LargestDeviation is { } deviation ? deviation.ToString("0.0e+0", CultureInfo.InvariantCulture) : "–",
                Note(file));
        }

        table.Write(console.Output);
        console.Line(result.Passed ? "The model matches the references." : "The model does not match the references.");
    }

    private static string Note(ReferenceFileCheck file)
    {
        var accuracy = file.Accuracy is { } known
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"accuracy {known.Measured:0.000}, the reference's {known.Reference:0.000}; by characters "
                    + $"{known.MeasuredNormalized:0.000} and {known.ReferenceNormalized:0.000}")
            : "";
        return string.Join("; ", new[] { file.Note ?? "", accuracy }.Where(static part => part.Length > 0));
    }

    private static string Outcome(ReferenceOutcome outcome) => outcome switch
    {
        ReferenceOutcome.NotChecked => "not checked",
        ReferenceOutcome.NotUnderstood => "not understood",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    /// <summary>Reports the file that is being checked.</summary>
    private sealed class Progress(HostConsole console) : IProgress<ReferenceCheckProgress>
    {
        private string _file = "";

        public void Report(ReferenceCheckProgress value)
        {
            if (value.File != _file)
            {
                _file = value.File;
                console.Note($"Checking {value.File}: {value.Items:#,0} items…");
            }
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ReferenceCheckResult))]
internal sealed partial class ModelsCheckJson : JsonSerializerContext;
