using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using MedQA.Evaluation;

namespace MedQA.Azurite;

/// <summary>The Node.js that runs Azurite.</summary>
internal static class NodeRuntime
{
    /// <summary>The oldest major version on which the pinned Azurite is known to run. Its package requires 22.</summary>
    public const int OldestMajor = 20;

    private const string Wanted = "Azurite, the storage emulator, needs Node.js 22 (its stated minimum; 20 is known to run it)";
    private const string Remedy =
        "Install Node.js, set MEDQA_NODE to its path, or set MEDQA_STORAGE to the connection string of a storage account.";

    /// <summary>Returns the version of Node.js.</summary>
    /// <exception cref="UnusableException">Node.js is missing, fails, or is too old.</exception>
    public static async Task<Version> VersionAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        ProcessOutput said;
        try
        {
            said = await ProcessOutput.OfAsync(new ProcessStartInfo(options.Node, "--version"), cancellationToken);
        }
        catch (Win32Exception exception)
        {
            throw new UnusableException($"{Wanted}, but the program '{options.Node}' could not be started. {Remedy}", exception);
        }

        if (!Version.TryParse(said.Output.Trim().TrimStart('v').Split('-')[0], out var version))
        {
            throw new UnusableException($"{Wanted}, but '{options.Node} --version' did not print a version. {Remedy}");
        }

        return version.Major >= OldestMajor
            ? version
            : throw new UnusableException(
                string.Create(CultureInfo.InvariantCulture, $"{Wanted}, but '{options.Node}' is version {version}. {Remedy}"));
    }
}
