using System.CommandLine;
using System.Text.Json;
using MedQA.Cli.Hosting;
using MedQA.Cli.Hub;
using MedQA.Cli.Terminal;
using MedQA.Evaluation;
using MedQA.Files;
using MedQA.Inference;
using MedQA.Inference.Sessions;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa models fetch</c>: downloads a model from the Hugging Face hub.</summary>
internal static class ModelsFetchCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "OWNER/NAME on the hub, with @REVISION (a branch, tag or commit) for another revision than main",
        };
        var to = new Option<string?>("--to")
        {
            Description = "Folder to write the model to. Default: a folder of its name that --model finds",
            HelpName = "FOLDER",
        };
        var hub = new Option<string?>("--hub")
        {
            Description = "Another hub with the same interface. Default: HF_ENDPOINT, else https://huggingface.co",
            HelpName = "URL",
        };
        const string Purpose = "Download an ONNX model from the Hugging Face hub, verify every file and load it. Run again to resume.";
        var command = new CommandWithExamples("fetch", Purpose, """
            --graph FILE chooses among several graphs. HF_TOKEN is sent only to the hub.

            Examples:
              medqa models fetch onnx-community/Qwen2.5-0.5B-Instruct --graph onnx/model_q4.onnx
              medqa models fetch OWNER/NAME@COMMIT --to /folder/of/the/model
            """) { model, to, hub };
        CommandWork.Set(command, (context, parsed, cancel) => FetchAsync(
            context,
            parsed.GetRequiredValue(model),
            // The graph in medqa.json belongs to another model.
            CommonOptions.Given(parsed).GetValueOrDefault("graph"),
            parsed.GetValue(to),
            Hub(parsed.GetValue(hub) ?? Environment.GetEnvironmentVariable("HF_ENDPOINT")),
            cancel));
        return command;
    }

    private static async Task<int> FetchAsync(
        CommandContext context, string name, string? graph, string? to, Uri address, CancellationToken cancellationToken)
    {
        if (!HubModel.TryParse(name, out var model))
        {
            throw new InputException($"'{name}' is not OWNER/NAME or OWNER/NAME@REVISION, such as onnx-community/Qwen2.5-0.5B-Instruct.");
        }

        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(to ?? Path.Combine(context.Settings.FetchedModels, model.Name)));
        if (Path.GetDirectoryName(target) is not { } parent)
        {
            throw InputException.Of("--to", $"is '{to}', but a model needs a folder of its own.");
        }

        try
        {
            var (record, place) = await FetchAsync(context, model, graph, target, parent, address, cancellationToken);
            Tell(context, model, target, record, place);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            context.Console.Note("Stopped. Run the same command again to continue.");
            throw;
        }
    }

    private static async Task<(FetchedModel Record, string Graph)> FetchAsync(
        CommandContext context,
        HubModel model,
        string? graph,
        string target,
        string parent,
        Uri address,
        CancellationToken cancellationToken)
    {
        using var hub = new HubClient(address, Token(), new HubPatience(), TimeProvider.System, context.Console.Note);
        var commit = await hub.CommitAsync(model, cancellationToken);
        context.Console.Note($"{model.Repository} {model.Revision} is commit {commit}.");
        var files = await hub.FilesAsync(model, commit, cancellationToken);
        var selection = ModelSelection.Of(model, files, graph);
        var download = new ModelDownload(hub, model, commit, target, TimeProvider.System, context.Console.Note);
        var place = selection.PlaceOf(selection.Graph);
        using var held = await FolderLock.TakeAsync(
            parent,
            $".{Path.GetFileName(target)}.fetch",
            holder => context.Console.Note($"Another medqa{FolderLock.Named(holder)} is fetching {target}; waiting for it…"),
            cancellationToken);
        var record = await download.FetchAsync(selection, files, async folder =>
        {
            await using var loaded = await OnnxLanguageModel.LoadAsync(
                folder,
                new ModelOptions { Graph = place, Threads = context.Settings.Threads, Provider = context.Settings.Provider },
                cancellationToken);
        }, cancellationToken);
        return (record, place);
    }

    private static void Tell(CommandContext context, HubModel model, string target, FetchedModel record, string graph)
    {
        if (context.Output == OutputFormat.Json)
        {
            context.Console.Line(JsonSerializer.Serialize(record, HubJson.Default.FetchedModel));
            return;
        }

        context.Console.Line($"{target}: {record.Files.Count} files, all verified, and the model loads.");
        var isFound = target == Path.GetFullPath(model.Name, Path.GetFullPath(context.Settings.FetchedModels))
            && LocalModel.FolderOf(context.Settings, model.Name) == target;
        var isOneOfSeveral = record.Files.Count(static file => file.Path.EndsWith(".onnx", StringComparison.Ordinal)) > 1;
        var choice = isOneOfSeveral ? $" --graph {graph}" : "";
        context.Console.Note($"Use it: medqa run FILE --model {(isFound ? model.Name : target)}{choice}");
    }

    private static string? Token()
    {
        var token = Environment.GetEnvironmentVariable("HF_TOKEN");
        return string.IsNullOrWhiteSpace(token) ? null
            : token.Trim() is var trimmed && trimmed.All(static letter => letter is > ' ' and <= '~') ? trimmed
            : throw InputException.Of("HF_TOKEN", "contains characters that no token has, such as a space or a line break.");
    }

    private static Uri Hub(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new("https://huggingface.co");
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Query.Length == 0 && address.UserInfo.Length == 0
            && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback))
            ? address
            : throw new InputException(
                $"The hub '{text}' (--hub or HF_ENDPOINT) must be an address like https://huggingface.co; "
                + "without https only on this machine.");
    }
}
