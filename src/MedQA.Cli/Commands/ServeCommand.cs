using System.CommandLine;
using System.Net.Sockets;
using MedQA.Cli.Hosting;
using MedQA.Cli.Terminal;
using MedQA.Files;
using MedQA.Web;

namespace MedQA.Cli.Commands;

/// <summary><c>medqa serve</c>: serves the HTTP API and works on runs.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan LookForRoomEvery = TimeSpan.FromSeconds(5);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new CommandWithExamples("serve", "Serve the HTTP API on this machine and work on runs until Ctrl-C. Question sets "
            + "that any Azure tool uploads to question-sets/ are run too.", """
            Examples:
              medqa serve
              medqa serve --urls http://127.0.0.1:8080
              MEDQA_KEY=$(openssl rand -hex 32) medqa serve      require the key from callers
              curl --data-binary @samples/medqa.csv 'http://127.0.0.1:5080/api/runs?name=medqa.csv'
              medqa serve --also reasoner --also /models/mine   offer further models, which runs choose
              medqa serve --openai                               let other evaluation tools ask the model, too
            """);
        var openai = new Option<bool>("--openai")
        {
            Description = "Let other tools ask the model as they ask OpenAI's: /v1/models and /v1/chat/completions, without streaming",
        };
        command.Add(openai);
        command.Add(LoadedModels.Also);
        command.Add(CommonOptions.Yes);
        CommandWork.Set(command, (context, parsed, cancel) => ServeAsync(
            context, parsed.GetValue(LoadedModels.Also) ?? [], parsed.GetValue(openai), cancel));
        return command;
    }

    private static async Task<int> ServeAsync(
        CommandContext context, string[] also, bool offersModel, CancellationToken cancellationToken)
    {
        // A key that is too short is reported before anything is started.
        _ = LocalApi.AccessOf(context.Settings);
        await ProfileFolders.TellUnusableAsync(context.Settings, context.Console, cancellationToken);
        await using var models = await LoadedModels.OpenAsync(
            context.Settings, also, context.Console, cancellationToken, mustBeHere: offersModel ? "--openai" : null);
        await using var storage = await LocalStorage.OpenAsync(context.Settings, context.Console, cancellationToken);
        using var logging = LocalLogging.Create(context.Settings);
        using var pipeline = new LocalPipeline(
            storage.Runs, models.All, context.Settings, logging, storage.AtWork, models.Folders, servesAnybody: true);
        using var asked = offersModel ? new AskedModels(models.All) : null;
        await using var server = LocalApi.Create(context.Settings, pipeline.Api with { SaveAsync = storage.SaveAsync, Asked = asked });

        // The address is bound before work begins, so that a second server fails at once.
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            throw new IOException(
                $"Cannot listen on {context.Settings.Url} ({Innermost(exception)}): another program uses it, or it needs elevated rights. "
                    + $"{Elsewhere(context)}",
                exception);
        }

        using var present = models.Begin(storage.AtWork, "serve", new Uri(server.Urls.First()));
        context.Console.Note($"Listening on {string.Join(", ", server.Urls)}; runs are stored in {storage.Place}. Press Ctrl-C to stop.");
        context.Console.Note($"The dashboard: {server.Urls.First()}{(context.Settings.Key is null ? "" : " (requires the key)")}");
        if (offersModel)
        {
            var names = string.Join(", ", models.All.Select(static model => model.Description.Name));
            context.Console.Note($"Other tools can ask {names} at {new Uri(new Uri(server.Urls.First()), "v1")}.");
        }

        try
        {
            while (true)
            {
                try
                {
                    await storage.WhileKeptAsync(pipeline.RunAsync, cancellationToken);
                    return ExitCode.Success;
                }
                catch (Exception exception) when (FullDisk.Describe(exception) is { } fact)
                {
                    context.Console.Fault(
                        $"{fact}: free space to continue the runs. Stored data remains readable, and no answers are lost.");
                }

                await storage.WhileKeptAsync(kept => UntilRoomAsync(storage.Volume, kept), cancellationToken);
                context.Console.Note("Space is available again; the runs continue.");
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            present.Dispose();
            context.Console.Note($"Stopped. {StoppedWork.OfAny(storage, models.Fingerprints)}");
            return ExitCode.Stopped;
        }
        finally
        {
            present.Dispose();
            await server.StopAsync(CancellationToken.None);
        }
    }

    private static string Innermost(Exception fault) => fault.GetBaseException().Message.TrimEnd('.');

    /// <summary>Returns what to do if the address is in use; a server of the same runs can be used directly.</summary>
    private static string Elsewhere(CommandContext context) => context.ServedAt is { } other
        ? $"A `medqa serve` of these runs already listens on {other}."
        : $"Choose another address: medqa serve --urls http://127.0.0.1:{(context.Settings.Url.Port % 50_000) + 1}";

    /// <summary>
    /// Waits until the disk has space again. File systems have no event for that, and the state of other disks than the storage's is known
    /// only by trying.
    /// </summary>
    private static async Task UntilRoomAsync(DataVolume? volume, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookForRoomEvery);
        do
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
        while (volume is { IsShort: true } or { IsFull: true });
        volume?.Reserve();
    }
}
