using Azure.Core;
using Azure.Identity;
using MedQA.Evaluation;
using MedQA.Pipeline.Storage;

namespace MedQA.Functions.Hosting;

/// <summary>Opens the data account with the settings that the triggers read too: <c>Connection = "MedQAData"</c>.</summary>
internal static class DataStorage
{
    /// <summary>
    /// The connection's name in triggers and settings. The storage extensions look for <c>AzureWebJobs</c> + name before the name itself,
    /// so the name must not be one that the host uses:
    /// <c>Storage</c> would be <c>AzureWebJobsStorage</c>, the host's own account.
    /// </summary>
    public const string Connection = "MedQAData";

    /// <summary>The connection's former name.</summary>
    private const string Former = "Storage";

    /// <summary>Settings that the storage extensions read instead of <see cref="Connection"/> if present.</summary>
    private static readonly string[] Shadows =
        [$"AzureWebJobs{Connection}", $"ConnectionStrings__AzureWebJobs{Connection}", $"ConnectionStrings__{Connection}"];

    /// <summary>Opens it: with a connection string for the emulator, with an identity in Azure.</summary>
    /// <exception cref="InputException">A setting is missing or cannot be used.</exception>
    public static RunStorage Open(AppSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (IsConnection(settings, Former))
        {
            throw AppSettings.Fault(
                Former,
                $"was renamed to {Connection}, as were {Former}__blobServiceUri and similar settings. Rename or remove it: "
                + $"triggers read a connection named {Former} from AzureWebJobs{Former}, the host's own account.");
        }

        if (Shadows.FirstOrDefault(settings.Contains) is { } shadow)
        {
            throw AppSettings.Fault(
                shadow,
                $"must not be set: the triggers would read it instead of {Connection} and listen to another account than the rest of "
                + "the app.");
        }

        if (settings.Find(Connection) is { } connectionString)
        {
            try
            {
                return StorageConnection.Open(connectionString);
            }
            catch (Exception exception) when (exception is FormatException or ArgumentException or InvalidOperationException)
            {
                throw AppSettings.Fault(Connection, "is not a storage connection string.", exception);
            }
        }

        const string Meaning = "the data account's endpoint, or set MedQAData to a connection string";
        return StorageConnection.Open(
            settings.GetAddress($"{Connection}__blobServiceUri", Meaning),
            settings.GetAddress($"{Connection}__queueServiceUri", Meaning),
            settings.GetAddress($"{Connection}__tableServiceUri", Meaning),
            CredentialOf(settings));
    }

    /// <summary>Whether the storage is an emulator on this machine, which starts empty and is not reachable from elsewhere.</summary>
    public static bool IsEmulator(RunStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        return storage.Runs.Uri.IsLoopback;
    }

    /// <summary>Creates what is missing in an emulator. In Azure the deployment creates containers, queues and tables, and this does
    /// nothing.</summary>
    /// <remarks>Both apps do it, since either may start first: a trigger polls for a missing queue every few seconds.</remarks>
    public static Task CreateOnEmulatorAsync(RunStorage storage, CancellationToken cancellationToken) =>
        IsEmulator(storage) ? storage.EnsureCreatedAsync(cancellationToken) : Task.CompletedTask;

    /// <summary>
    /// Whether a setting is a connection and not something else with the same name, since names are case-insensitive.
    /// </summary>
    private static bool IsConnection(AppSettings settings, string name) =>
        settings.Find(name)?.Contains('=', StringComparison.Ordinal) == true
            || ((string[])["blobServiceUri", "queueServiceUri", "tableServiceUri", "accountName", "credential", "clientId"])
                .Any(part => settings.Contains($"{name}__{part}"));

    private static TokenCredential CredentialOf(AppSettings settings) =>
        (settings.Find($"{Connection}__credential"), settings.Find($"{Connection}__clientId")) switch
        {
            ("managedidentity", { } clientId) => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)),
            ("managedidentity", null) => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
            (null, null) => new DefaultAzureCredential(),
            (null, _) => throw AppSettings.Fault(
                $"{Connection}__credential", $"must be managedidentity if {Connection}__clientId names an identity."),
            (var other, _) =>
                throw AppSettings.Fault(
                    $"{Connection}__credential",
                    $"is '{other}', but must be managedidentity, or not set to use this machine's signed-in user."),
        };
}
