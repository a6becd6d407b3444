using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa worker</c>: only answers questions.</summary>
internal static class WorkerCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new CommandWithExamples("worker", "Answer questions of runs that another medqa or the service in Azure manages, "
            + "until Ctrl-C.", """
            Examples:
              medqa worker
              MEDQA_STORAGE='DefaultEndpointsProtocol=…' medqa worker --model models/mine
            """);
        command.Add(LoadedModels.Also);
        command.Add(CommonOptions.Yes);
        CommandWork.Set(
            command, static (context, parsed, cancel) => WorkAsync(context, parsed.GetValue(LoadedModels.Also) ?? [], cancel));
        return command;
    }

    private static async Task<int> WorkAsync(CommandContext context, string[] also, CancellationToken cancellationToken)
    {
        await using var models = await LoadedModels.OpenAsync(context.Settings, also, context.Console, cancellationToken);
        await using var storage = await LocalStorage.OpenAsync(context.Settings, context.Console, cancellationToken);
        using var logging = LocalLogging.Create(context.Settings);
        using var pipeline = new LocalPipeline(storage.Runs, models.All, context.Settings, logging, folders: models.Folders);
        using var present = models.Begin(storage.AtWork, AtWork.Worker);
        context.Console.Note($"Answering questions of {storage.Place}. Press Ctrl-C to stop.");
        await storage.WhileKeptAsync(pipeline.WorkAsync, cancellationToken);
        return ExitCode.Success;
    }
}
