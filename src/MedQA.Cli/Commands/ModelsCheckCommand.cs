using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Checking;
using MedQA.Inference.Sessions;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa models check</c>: compares a converted model with the original.</summary>
internal static class ModelsCheckCommand
{
    /// <summary>Enough for a model that thinks before a word.</summary>
    private const int AnswerTokens = 512;

    /// <summary>Somebody waits for the answer: a service that is down is said to be down after seconds.</summary>
    private const int CheckTries = 3;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "Model folder, or a name that `medqa models` lists" };
        var references = new Option<string>("--references")
        {
            Description = "Folder or file with the original model's answers; tests/references shows the format",
            HelpName = "FOLDER"
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
            + "original's. Exit code 1 beyond the tolerance. A model behind an endpoint is asked for two short answers instead.", """
            Examples:
              medqa models check smollm2-135m-instruct --graph model.exact.onnx --references tests/references --limit 3
              medqa models check /folder/of/a/converted/model --references mine
              medqa models check my-endpoint --yes
            """) { model, references, limit, tolerance };
        command.Add(CommonOptions.Yes);
        CommandWork.Set(command, (context, parsed, cancel) =>
            LocalModel.FolderOf(context.Settings, parsed.GetRequiredValue(model)) is var folder && EndpointFile.Exists(folder)
            ? CheckEndpointAsync(context, folder, cancel)
            : CheckAsync(
            context,
            folder,
            new ModelOptions { Graph = context.Settings.Graph, Threads = context.Settings.Threads, Provider = context.Settings.Provider },
            parsed.GetValue(references)
                ?? throw new InputException(new FaultLocation(Parameter: "--references"), "--references is missing", "Name the folder "
                    + "with the original model's answers; tests/references shows the format"),
            Options(parsed.GetValue(limit), parsed.GetValue(tolerance)),
            cancel));
        return command;
    }

    /// <summary>Asks a model behind an endpoint for two short answers, and shows what came of it.</summary>
    private static async Task<int> CheckEndpointAsync(CommandContext context, string folder, CancellationToken cancellationToken)
    {
        await using var model = await LocalModel.LoadAsync(
            context.Settings with { Model = folder }, context.Console, cancellationToken, tries: CheckTries);
        var meter = new UsageMeter();
        var question = new ChatPrompt([ChatMessage.User("Reply with the word yes and nothing else.")], 0, new DateOnly(2026, 1, 1));
        var started = TimeProvider.System.GetTimestamp();
        await using var prompt = await model.WithMeter(meter).ReadAsync(question, cancellationToken);
        var samples = await prompt.SampleAsync(
            new SampleRequest { Count = 2, Temperature = 0.7, MaxTokens = AnswerTokens, StreamKey = 1 }, cancellationToken);
        var (seconds, usage) = (TimeProvider.System.GetElapsedTime(started).TotalSeconds, meter.Sum ?? TokenUsage.None);
        var table = TextTable.OfValues();
        table.Add("Address", model.Description.Endpoint!.Host);
        table.Add("Version that answered", usage.Versions.IsEmpty ? "not stated" : string.Join(", ", usage.Versions));
        table.Add("Answers", string.Join(" | ", samples.Select(static sample => Shown(sample.Text))));
        table.Add("Thoughts apart from the answer", samples.Any(static sample => sample.Thought is not null) ? "yes" : "no");
        table.Add("Log-probabilities", samples.All(static sample => double.IsNaN(sample.LogLikelihood)) ? "no" : "yes");
        table.Add("Requests", $"{usage.Requests:#,0}, {seconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
        table.Add("Tokens", usage.UncountedRequests > 0
            ? "not stated: runs will have no cost"
            : $"{usage.PromptTokens:#,0} read, {usage.CompletionTokens:#,0} generated");
        if (usage.Cost is { } cost && model.Description.Endpoint.Prices is { } prices)
        {
            table.Add("Cost", CostText.Of(cost, prices.Currency));
        }

        table.Write(context.Console.Output);
        return ExitCode.Success;
    }

    /// <summary>Returns a text in one line, without characters that a terminal would obey.</summary>
    private static string Shown(string text) =>
        string.Concat(text.Trim().ReplaceLineEndings(" ").Select(static sign => char.IsControl(sign) ? '\uFFFD' : sign));

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
