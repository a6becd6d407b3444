using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Endpoints;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference;
using MedQA.Inference.Sessions;

namespace MedQA.Cli.Hosting;

/// <summary>Loads the language model that the settings name.</summary>
internal static class LocalModel
{
    /// <summary>Returns the model's folder.</summary>
    public static string FolderOf(HostSettings settings) => FolderOf(settings, settings.Model);

    /// <summary>Returns the folder of another model that the settings can find.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="model">Its folder or name.</param>
    /// <param name="option">The option that names it.</param>
    public static string FolderOf(HostSettings settings, string? model, string option = "--model") =>
        ModelFolders.Find(model, AppContext.BaseDirectory, settings.FetchedModels, option);

    /// <summary>Returns the model's folder, or <see langword="null"/> if there is no such model.</summary>
    public static string? FindFolder(HostSettings settings) =>
        ModelFolders.FindOrNull(settings.Model, AppContext.BaseDirectory, settings.FetchedModels);

    /// <summary>Loads the model.</summary>
    /// <param name="settings">Which, and how.</param>
    /// <param name="console">Receives what takes long.</param>
    /// <param name="cancellationToken">Cancels loading.</param>
    /// <param name="hasFastGraph">Whether a faster graph of it is made and used where the processor has one.</param>
    /// <param name="later">Whether a model of this machine is loaded only when it is first asked, where that is possible.</param>
    /// <param name="tries">How often a request to its service is sent before it is given up; <see langword="null"/> for the usual.</param>
    /// <exception cref="InputException">It is behind an endpoint that the user has not confirmed, or that cannot be used.</exception>
    public static async Task<ILanguageModel> LoadAsync(
        HostSettings settings,
        HostConsole console,
        CancellationToken cancellationToken,
        bool hasFastGraph = true,
        bool later = false,
        int? tries = null)
    {
        var folder = FolderOf(settings);
        if (EndpointFile.Exists(folder))
        {
            var file = EndpointFile.Read(folder);
            await ConfirmedEndpoints.RequireAsync(settings, console, file, cancellationToken);
            var asking = new EndpointOptions { Logging = LocalLogging.Create(settings) };
            return EndpointModel.Open(file, tries is { } most ? asking with { MaxTries = most } : asking);
        }

        var options = new ModelOptions
        {
            Graph = settings.Graph,
            GraphCache = hasFastGraph ? settings.GraphCache : null,
            Threads = settings.Threads,
            Provider = settings.Provider,
        };
        if (later)
        {
            return await OnnxLanguageModel.OpenAsync(folder, options, console.Note, cancellationToken);
        }

        console.Note($"Loading the model {Path.GetFileName(folder)}…");
        return await OnnxLanguageModel.LoadAsync(folder, options, console.Note, cancellationToken);
    }
}
