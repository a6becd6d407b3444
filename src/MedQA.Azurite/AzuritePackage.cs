using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Azurite;

/// <summary>
/// The pinned npm package, embedded in this assembly as package.json and package-lock.json and installed once per user.
/// </summary>
internal static class AzuritePackage
{
    private const string Entry = "node_modules/azurite/dist/src/azurite.js";
    private const string Unfinished = ".unfinished";

    /// <summary>Returns the installed package, after installing it if necessary.</summary>
    /// <param name="options">Where and how to install it.</param>
    /// <param name="report">Receives messages about long operations.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="UnusableException">npm is missing or failed.</exception>
    public static async Task<InstalledAzurite> InstallAsync(
        AzuriteOptions options, Action<string> report, CancellationToken cancellationToken)
    {
        var package = Read("package.json");
        var locked = Read("package-lock.json");
        var keeper = Read("azurite-keeper.cjs");
        var folder = Path.Combine(options.CacheFolder, $"azurite-{Fingerprint(package, locked)}");
        var installed = new InstalledAzurite(
            Path.Combine(folder, Entry), Path.Combine(options.CacheFolder, $"azurite-keeper-{Fingerprint(keeper)}.cjs"));
        if (Directory.Exists(folder) && File.Exists(installed.KeeperPath))
        {
            return installed;
        }

        using var alone = await FolderLock.TakeAsync(
            options.CacheFolder,
            "azurite-install.lock",
            process => report($"Waiting for another medqa{FolderLock.Named(process)}, which is installing Azurite…"),
            cancellationToken);
        await File.WriteAllBytesAsync(installed.KeeperPath + Unfinished, keeper, cancellationToken);
        File.Move(installed.KeeperPath + Unfinished, installed.KeeperPath, overwrite: true);
        if (Directory.Exists(folder))
        {
            return installed;
        }

        foreach (var left in Directory.EnumerateDirectories(options.CacheFolder, "azurite-*" + Unfinished))
        {
            Directory.Delete(left, recursive: true);
        }

        report("Installing Azurite, the storage emulator, with npm (once per user, about 130 MB)…");
        var unfinished = folder + Unfinished;
        Directory.CreateDirectory(unfinished);
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(unfinished, "package.json"), package, cancellationToken);
            await File.WriteAllBytesAsync(Path.Combine(unfinished, "package-lock.json"), locked, cancellationToken);
            await InstallAsync(options, unfinished, cancellationToken);
            Directory.Move(unfinished, folder);
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }

        return installed;
    }

    /// <summary>An installed package.</summary>
    /// <param name="EntryPath">Azurite's own entry, for all three services.</param>
    /// <param name="KeeperPath">The script that runs Azurite and stops it with its last user.</param>
    internal sealed record InstalledAzurite(string EntryPath, string KeeperPath);

    private static async Task InstallAsync(AzuriteOptions options, string folder, CancellationToken cancellationToken)
    {
        // Azurite needs no build scripts of its dependencies, so none are run.
        string[] arguments = [
            "ci",
            "--ignore-scripts",
            "--omit=dev",
            "--omit=optional",
            "--no-audit",
            "--no-fund",
            "--prefer-offline",
            "--fetch-retries=1",
            "--loglevel=error"
        ];
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd.exe", ["/d", "/c", options.Npm, .. arguments])
            : new ProcessStartInfo(options.Npm, arguments);
        start.WorkingDirectory = folder;
        foreach (var (name, value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        ProcessOutput said;
        try
        {
            said = await ProcessOutput.OfAsync(start, cancellationToken);
        }
        catch (Win32Exception exception)
        {
            throw new UnusableException(
                $"Azurite, the storage emulator, is installed with npm, but the program '{options.Npm}' could not be started",
                "Install npm (included with Node.js), set MEDQA_NPM to its path, or set MEDQA_STORAGE to the connection string "
                    + "of a storage account",
                exception);
        }

        if (said.ExitCode != 0 || !File.Exists(Path.Combine(folder, Entry)))
        {
            throw new UnusableException(Explain(said.Errors));
        }
    }

    private static string Explain(string errors)
    {
        string[] networkCodes = [
            "ENOTFOUND",
            "ECONNREFUSED",
            "ECONNRESET",
            "EAI_AGAIN",
            "ETIMEDOUT",
            "ENETUNREACH",
            "EHOSTUNREACH",
            "ENOTCACHED"
        ];
        if (networkCodes.FirstOrDefault(code => errors.Contains(code, StringComparison.Ordinal)) is { } network)
        {
            return $"npm could not reach its registry to install Azurite, the storage emulator ({network}). Go online once, configure npm "
                + "with a registry that you can reach, or set MEDQA_STORAGE to the connection string of a storage account.";
        }

        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(static line =>
                line.StartsWith("npm error", StringComparison.Ordinal) && !line.Contains("complete log", StringComparison.Ordinal))
            .Take(3)
            .Select(static line => line["npm error".Length..].Trim());
        var said = string.Join("; ", lines);
        return $"npm could not install Azurite, the storage emulator{(said.Length > 0 ? $": {said}" : " and gave no reason")}. Run 'npm "
            + "ping' to check npm.";
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(AzuritePackage).Assembly.GetManifestResourceStream($"azurite/{name}")
            ?? throw new InvalidOperationException($"The assembly does not contain azurite/{name}.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Fingerprint(params ReadOnlySpan<byte[]> contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var content in contents)
        {
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
