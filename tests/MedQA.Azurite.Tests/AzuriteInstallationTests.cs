using System.Text.Json;
using MedQA.Evaluation;

namespace MedQA.Azurite.Tests;

public sealed class AzuriteInstallationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medqa-install-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Without_Node_the_message_says_which_one_is_needed_and_what_else_can_be_done()
    {
        var fault = await FaultAsync(Options() with { Node = "no-such-node" });

        Assert.Equal(
            "Azurite, the storage emulator, needs Node.js 22 (its stated minimum; 20 is known to run it), but the program 'no-such-node' could not be started. Install Node.js, set MEDQA_NODE to its path, or set MEDQA_STORAGE to the connection string of a storage account.",
            fault.Message);
    }

    [Fact]
    public async Task A_Node_that_is_too_old_is_named_with_its_version()
    {
        var fault = await FaultAsync(Options() with { Node = Script("old-node", "echo v18.19.0") });

        Assert.Contains("is version 18.19.0", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_npm_the_message_names_it()
    {
        var fault = await FaultAsync(Options() with { Npm = "no-such-npm" });

        Assert.Contains("'no-such-npm' could not be started", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_network_npm_s_failure_is_one_sentence_and_nothing_half_installed_stays()
    {
        var fault = await FaultAsync(Options() with
        {
            Environment = new Dictionary<string, string>
            {
                ["npm_config_registry"] = "http://127.0.0.1:9/",
                ["npm_config_cache"] = Path.Combine(_folder, "npm"),
                ["npm_config_offline"] = "true",
            },
        });

        Assert.StartsWith("npm could not reach its registry to install Azurite, the storage emulator (ENOTCACHED).", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateDirectories(_folder), static path => Path.GetFileName(path).StartsWith("azurite-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_npm_says_otherwise_is_repeated()
    {
        var fault = await FaultAsync(Options() with { Npm = Script("npm", "echo 'npm error code EACCES' >&2; echo 'npm error it is not allowed' >&2; exit 1") });

        Assert.Equal("npm could not install Azurite, the storage emulator: code EACCES; it is not allowed. Run 'npm ping' to check npm.", fault.Message);
    }

    [Fact]
    public async Task An_Azurite_that_ends_at_its_start_is_quoted_from_its_log()
    {
        var options = Options() with { CacheFolder = AzuriteOptions.DefaultCacheFolder! };
        Directory.CreateDirectory(options.DataFolder);
        await File.WriteAllTextAsync(Path.Combine(options.DataFolder, "__azurite_db_blob__.json"), "{ broken", Cancel);

        var fault = await FaultAsync(options);

        Assert.StartsWith("Azurite, the storage emulator, ended while starting: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("JSON", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_lock_file_pins_every_package_by_hash_and_names_no_registry()
    {
        using var locked = JsonDocument.Parse(File.ReadAllText(Repository.PathOf("src", "MedQA.Azurite", "package", "package-lock.json")));
        var packages = locked.RootElement.GetProperty("packages").EnumerateObject().Where(static package => package.Name.Length > 0).ToArray();

        Assert.Equal("3.37.0", packages.Single(static package => package.Name == "node_modules/azurite").Value.GetProperty("version").GetString());
        Assert.All(packages, static package =>
        {
            Assert.StartsWith("sha512-", package.Value.GetProperty("integrity").GetString(), StringComparison.Ordinal);
            Assert.False(package.Value.TryGetProperty("resolved", out _));
        });
    }

    private static async Task<UnusableException> FaultAsync(AzuriteOptions options) =>
        await Assert.ThrowsAsync<UnusableException>(() => AzuriteServer.StartAsync(options, static _ => { }, Cancel));

    private AzuriteOptions Options() => new() { DataFolder = Path.Combine(_folder, "data"), CacheFolder = _folder, Ports = FreePorts.Take() };

    private string Script(string name, string body)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}
