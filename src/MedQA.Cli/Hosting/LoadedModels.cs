using System.CommandLine;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;

namespace MedQA.Cli.Hosting;

/// <summary>The models that a process answers with: that of the settings, and others beside it.</summary>
internal sealed class LoadedModels : IAsyncDisposable
{
    private readonly List<ILanguageModel> _models = [];
    private readonly List<string> _folders = [];

    private LoadedModels()
    {
    }

    /// <summary>Names further models.</summary>
    public static Option<string[]> Also { get; } = new("--also")
    {
        Description = "Further model that runs can name, besides that of --model; may be given several times. Each takes memory from its "
            + "first question on",
        HelpName = "MODEL",
    };

    /// <summary>The models; the first is the one of runs that name none.</summary>
    public IReadOnlyList<ILanguageModel> All => _models;

    /// <summary>The folders of the models, in the same order.</summary>
    public IReadOnlyList<string> Folders => _folders;

    /// <summary>The fingerprints of the models.</summary>
    public IReadOnlyList<string> Fingerprints => [.. _models.Select(static model => model.Description.Fingerprint)];

    /// <summary>Opens the models; those of this machine are loaded when they are first asked, where that is possible.</summary>
    /// <param name="settings">The settings, which name the first.</param>
    /// <param name="also">The folders or names of others.</param>
    /// <param name="console">Receives what takes long.</param>
    /// <param name="cancellationToken">Cancels opening.</param>
    /// <param name="mustBeHere">The option that needs models of this machine; <see langword="null"/> where any will do.</param>
    /// <exception cref="InputException">One does not exist, is given twice, has another's name or is behind an endpoint.</exception>
    public static async Task<LoadedModels> OpenAsync(
        HostSettings settings,
        IReadOnlyList<string> also,
        HostConsole console,
        CancellationToken cancellationToken,
        string? mustBeHere = null)
    {
        var models = new LoadedModels();
        models._folders.Add(LocalModel.FolderOf(settings));
        models._folders.AddRange(also.Select(name => LocalModel.FolderOf(settings, name, "--also")));
        if (mustBeHere is not null && models._folders.Find(EndpointFile.Exists) is { } elsewhere)
        {
            var file = EndpointFile.Read(elsewhere);
            throw new InputException(
                new FaultLocation(Parameter: mustBeHere),
                $"{mustBeHere} offers models of this machine, but {file.Name} is behind {file.Address.Host}",
                "Ask that address directly");
        }

        try
        {
            models._models.Add(await LocalModel.LoadAsync(settings, console, cancellationToken, later: true));
            foreach (var name in also)
            {
                // A graph file is one in the first model's folder.
                var model = await LocalModel.LoadAsync(
                    settings with { Model = name, Graph = null }, console, cancellationToken, later: true);
                var same = models._models.Find(other => other.Description.Fingerprint == model.Description.Fingerprint
                    || other.Description.Name == model.Description.Name);
                models._models.Add(model);
                if (same is not null)
                {
                    throw InputException.Of(
                        "--also",
                        same.Description.Fingerprint == model.Description.Fingerprint
                            ? $"is {name}, which is the same model as {same.Description.Name}"
                            : $"is {name}, but another model is called {same.Description.Name}, too",
                        "Runs name their model: give each a folder of its own name, once");
                }
            }

            return models;
        }
        catch
        {
            await models.DisposeAsync();
            throw;
        }
    }

    /// <summary>Registers this process as at work with each of the models, until the result is disposed.</summary>
    /// <param name="atWork">Tracks the processes at work; <see langword="null"/> if that is unknown.</param>
    /// <param name="command">The command that it runs.</param>
    /// <param name="address">The address of its HTTP API; <see langword="null"/> if it serves none.</param>
    public IDisposable Begin(AtWork? atWork, string command, Uri? address = null) =>
        new Presences([.. Fingerprints.Select(model => atWork?.Begin(command, model, address)).OfType<IDisposable>()]);

    /// <summary>Frees the models.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var model in _models)
        {
            await model.DisposeAsync();
        }
    }

    private sealed class Presences(IReadOnlyList<IDisposable> all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var presence in all)
            {
                presence.Dispose();
            }
        }
    }
}
