using System.Text.Json;
using System.Text.Json.Serialization;
using MedQA.Cli.Settings;
using MedQA.Cli.Terminal;
using MedQA.Endpoints.Settings;
using MedQA.Evaluation;
using MedQA.Files;
using Spectre.Console;

namespace MedQA.Cli.Hosting;

/// <summary>
/// The addresses of models to which the user has agreed to send questions. A model's folder may be somebody else's, and names an address
/// and an environment variable whose value is sent there.
/// </summary>
internal static class ConfirmedEndpoints
{
    private const string FileName = "confirmed-endpoints.txt";

    /// <summary>Returns what is sent to the address besides the questions.</summary>
    public static string SecretOf(EndpointFile file) => file.Authentication switch
    {
        KeyAuthentication key => $"the key in the environment variable {key.Variable}",
        EntraAuthentication entra => $"a token of Entra ID for {entra.Scope}",
        _ => "no key",
    };

    /// <summary>Makes sure that the user has confirmed a model's address; asks where somebody can answer.</summary>
    /// <param name="settings">The settings, with the user's confirmation and the folder of what is confirmed.</param>
    /// <param name="console">Where to ask.</param>
    /// <param name="file">What the model's folder says of its address.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    /// <exception cref="InputException">It is not confirmed.</exception>
    public static async Task RequireAsync(
        HostSettings settings, HostConsole console, EndpointFile file, CancellationToken cancellationToken)
    {
        var folder = settings.Azurite.CacheFolder;
        var path = Path.Combine(folder, FileName);
        var secret = SecretOf(file);
        var options = file.Options.Count == 0
            ? ""
            : $", and with the options {JsonSerializer.Serialize([.. file.Options.Keys], ConfirmedJson.Default.StringArray)}";
        var line = $"{file.Address}\t{secret}{options}";
        if (File.Exists(path)
            && (await RegularFile.ReadAllTextAsync(path, cancellationToken)).Split('\n', StringSplitOptions.TrimEntries)
                .Contains(line, StringComparer.Ordinal))
        {
            return;
        }

        var what = $"Model {file.Name} is behind an endpoint: all questions of its runs are sent to {file.Address}, with {secret}"
            + $"{options}.";
        if (!settings.Confirmed)
        {
            if (!console.IsAttended
                || !await console.Notices.ConfirmAsync(Markup.Escape($"{what} Send them?"), defaultValue: false, cancellationToken))
            {
                throw new InputException(new FaultLocation(Parameter: "--model"), what, "Confirm that once with --yes");
            }
        }

        PrivateFiles.CreateFolder(folder);
        await using var confirmed = PrivateFiles.Open(path, FileShare.Read);
        confirmed.Seek(0, SeekOrigin.End);
        await using var writer = new StreamWriter(confirmed);
        await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        console.Note($"{what} Confirmed for this user in {path}.");
    }
}

/// <summary>Names of options, written so that each stays on its line.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class ConfirmedJson : JsonSerializerContext;
