using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Hosting;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference;
using MedQA.Inference.Models;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa models</c>: lists models, describes one and fetches others.</summary>
internal static class ModelsCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new CommandWithExamples("models", "List the available language models, describe one, or fetch another.", """
            Examples:
              medqa models
              medqa models describe smollm2-135m-instruct
              medqa models fetch onnx-community/Qwen2.5-0.5B-Instruct --graph onnx/model_q4.onnx
              medqa models check /folder/of/a/converted/model --references tests/references
              medqa models optimize smollm2-135m-instruct
              medqa run samples/medqa.csv --model /folder/of/a/better/model
            """);
        CommandWork.Set(command, static (context, _, cancel) => ListAsync(context, cancel));
        var list = new Command("list", "List the models included with medqa and the fetched ones.");
        CommandWork.Set(list, static (context, _, cancel) => ListAsync(context, cancel));
        command.Add(list);

        var folder = new Argument<string?>("MODEL")
        {
            Description = "Model folder, or a name that `medqa models` lists. Default: the model of the settings",
            Arity = ArgumentArity.ZeroOrOne
        };
        var describe = new Command("describe", "Describe a model from its files.") { folder };
        CommandWork.Set(
            describe, (context, parsed, cancel) => DescribeAsync(context, parsed.GetValue(folder) ?? context.Settings.Model, cancel));
        command.Add(describe);
        command.Add(ModelsFetchCommand.Create());
        command.Add(ModelsCheckCommand.Create());
        command.Add(ModelsOptimizeCommand.Create());
        return command;
    }

    private static Task<int> ListAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var chosen = LocalModel.FolderOf(context.Settings);
        foreach (var folder in ModelFolders.All(AppContext.BaseDirectory, context.Settings.FetchedModels).Append(chosen).Distinct())
        {
            context.Console.Line($"{(folder == chosen ? "*" : " ")} {folder}");
        }

        context.Console.Note("* marks the model that runs use; choose another with --model FOLDER or MEDQA_MODEL.");
        return Task.FromResult(ExitCode.Success);
    }

    private static async Task<int> DescribeAsync(CommandContext context, string? model, CancellationToken cancellationToken)
    {
        if (LocalModel.FolderOf(context.Settings, model) is var path && EndpointFile.Exists(path))
        {
            DescribeEndpoint(context, path, EndpointFile.Read(path));
            return ExitCode.Success;
        }

        var folder = ModelFolder.Open(path, context.Settings.Graph);
        var fingerprint = await folder.FingerprintAsync(cancellationToken);
        if (context.Output == OutputFormat.Json)
        {
            var described = new ModelSummary(
                folder.Name, folder.Path, fingerprint, folder.ContextLength, folder.ChatTemplateSource is not null,
                    OnnxLanguageModel.CanEmbed(folder))
            {
                Facts = OnnxLanguageModel.FactsOf(folder)
            };
            context.Console.Line(JsonSerializer.Serialize(described, ModelsJson.Default.ModelSummary));
            return ExitCode.Success;
        }

        var table = TextTable.OfValues();
        void Row(string name, object? value)
        {
            if (value is not null)
            {
                table.Add(name, $"{value}");
            }
        }

        Row("Model", folder.Name);
        Row("Folder", folder.Path);
        Row("Fingerprint", fingerprint);
        Row("Kind", folder.ModelType);
        if (OnnxLanguageModel.FactsOf(folder) is { } facts)
        {
            AddFacts(table, facts, "counted in the graph", $"stated in {ModelFolder.FactsFile}");
        }

        Row("Graph", Path.GetRelativePath(folder.Path, folder.GraphPath));
        Row("Size", $"{folder.ExternalDataPaths.Append(folder.GraphPath).Sum(static path => new FileInfo(path).Length) / 1e6:#,0} MB");
        Row("Context", $"{folder.ContextLength:#,0} tokens");
        Row("Chat template", folder.ChatTemplateSource is null ? "none: only profiles of format completion" : "yes");
        Row("Embeddings", OnnxLanguageModel.CanEmbed(folder) ? "yes" : "none: no profiles that choose the nearest examples");
        Row("Layers", folder.Layers);
        Row("Heads", folder.AttentionHeads);
        Row("Key/value heads", folder.KeyValueHeads);
        Row("Vocabulary", folder.VocabularySize);
        Row("Sliding window", folder.SlidingWindow);
        table.Write(context.Console.Output);
        return ExitCode.Success;
    }

    private static void DescribeEndpoint(CommandContext context, string folder, EndpointFile file)
    {
        var model = file.Describe();
        if (context.Output == OutputFormat.Json)
        {
            var described = new ModelSummary(model.Name, folder, model.Fingerprint, model.ContextLength, HasChatTemplate: true, false)
            {
                Endpoint = model.Endpoint,
                Facts = model.Facts
            };
            context.Console.Line(JsonSerializer.Serialize(described, ModelsJson.Default.ModelSummary));
            return;
        }

        var table = TextTable.OfValues();
        table.Add("Model", model.Name);
        table.Add("Folder", folder);
        table.Add("Fingerprint", model.Fingerprint);
        table.Add("Kind", "behind an endpoint: questions are sent to it, and answers cannot be computed again");
        table.Add("Address", file.Address.ToString());
        table.Add("Model or deployment", file.Model);
        AddFacts(table, model.Facts ?? new(), "unknown", $"stated in {EndpointFile.FileName}");
        table.Add("Authentication", ConfirmedEndpoints.SecretOf(file));
        table.Add("Context", $"{model.ContextLength:#,0} tokens");
        table.Add("Requests take", Names(
        [
            ("n", file.Supports.N), ("seed", file.Supports.Seed), ("logprobs", file.Supports.Logprobs), ("stop", file.Supports.Stop),
            ("top_k", file.Supports.TopK), ("min_p", file.Supports.MinP),
        ]));
        table.Add("Limits", Limits(file.Limits));
        table.Add("Prices", file.Prices is { } prices
            ? $"{CostText.Of(prices.Input, prices.Currency)} for a million tokens read, {CostText.Of(prices.Output, prices.Currency)} "
                + "generated"
            : "unknown: runs have no cost");
        table.Add("Fields of every request", file.Options.Count == 0 ? "none" : string.Join(", ", file.Options.Keys));
        table.Write(context.Console.Output);
    }

    private static void AddFacts(TextTable table, ModelFacts facts, string counted, string stated)
    {
        table.Add("Parameters", facts is { Size: { } size, Parameters: { } all }
            ? $"{size} ({all:#,0}, {(facts.Stated ? stated : counted)})"
            : "unknown: comparisons list the model beside the plot of accuracy against size");
        table.Add("Family", facts.Family ?? "unknown");
    }

    private static string Names(IEnumerable<(string Name, bool IsTaken)> fields) =>
        string.Join(", ", fields.Where(static field => field.IsTaken).Select(static field => field.Name)) is { Length: > 0 } names
            ? names
            : "none of n, seed, logprobs, stop";

    private static string Limits(EndpointLimits limits)
    {
        string[] all =
        [
            .. limits.RequestsPerMinute is { } requests ? [$"{requests:#,0} requests a minute"] : Array.Empty<string>(),
            .. limits.TokensPerMinute is { } tokens ? [$"{tokens:#,0} tokens a minute"] : Array.Empty<string>(),
            $"{limits.Concurrency:#,0} requests at once",
        ];
        return string.Join(", ", all);
    }
}

/// <summary>The facts that a host needs about a model that runs elsewhere.</summary>
/// <param name="Name">Its display name.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Fingerprint">Its fingerprint: 64 hexadecimal digits.</param>
/// <param name="ContextLength">The length of its context in tokens.</param>
/// <param name="HasChatTemplate">Whether profiles of format chat can be used with it.</param>
/// <param name="GivesEmbeddings">Whether it gives embeddings of texts, which profiles with the nearest worked examples need.</param>
internal sealed record ModelSummary(
    string Name, string Folder, string Fingerprint, int ContextLength, bool HasChatTemplate, bool GivesEmbeddings)
{
    /// <summary>Where it is asked; left out for a model of the workers.</summary>
    public ModelEndpoint? Endpoint { get; init; }

    /// <summary>Its size and family; left out if neither is known.</summary>
    public ModelFacts? Facts { get; init; }
}

/// <summary>The JSON format of models.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ModelSummary))]
internal sealed partial class ModelsJson : JsonSerializerContext;
