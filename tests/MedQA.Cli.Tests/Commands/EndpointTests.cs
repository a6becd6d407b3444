using System.Diagnostics;

namespace MedQA.Cli.Tests.Commands;

/// <summary>The same commands on this machine's runs and on those of a served host: real processes.</summary>
public sealed class EndpointTests(FinishedRuns finished)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_write_the_same_here_and_against_a_service()
    {
        await using var medqa = new MedqaProcess();
        var (first, _) = await finished.CopyToAsync(medqa);
        var (server, endpoint) = await ServeAsync(medqa);

        var (code, shown, notes) = await medqa.RunAsync("run", medqa.Sums(4), "--profile", "sums-3", "--endpoint", endpoint);
        Assert.True(code == 0, notes);
        Assert.Contains(" of 4 right; ", shown, StringComparison.Ordinal);

        var varied = await medqa.JsonAsync("run", medqa.Sums(2), "--profile", "sums-3", "--samples", "2", "--seed", "-7", "--endpoint", endpoint);
        Assert.Equal("sums-3-samples-2-seed--7", varied.GetProperty("run").GetProperty("profile").GetString());
        var (_, estimate, _) = await medqa.RunAsync("estimate", medqa.Sums(2), "--profile", "sums-3", "--samples", "2", "--seed", "-7", "--endpoint", endpoint);
        Assert.Contains("sums-3-samples-2-seed--7, 2 answers of ", estimate, StringComparison.Ordinal);

        // A file's profile is asked with there, and nobody else sees it until it is saved; the service's own stay as they are.
        var estimated = await medqa.RunAsync("estimate", medqa.Sums(1), "--profile", medqa.Profile(2), "--endpoint", endpoint);
        Assert.True(estimated.Code == 0 && estimated.Output.Contains("sums-2, 2 answers of ", StringComparison.Ordinal), estimated.Notices + estimated.Output);
        var own = await medqa.JsonAsync("run", medqa.Sums(1), "--profile", medqa.Profile(2), "--endpoint", endpoint);
        Assert.Equal("sums-2", own.GetProperty("run").GetProperty("profile").GetString());
        Assert.StartsWith("medqa: No profile 'sums-2' (did you mean sums-", (await medqa.RunAsync("profiles", "show", "sums-2", "--endpoint", endpoint)).Notices, StringComparison.Ordinal);
        var (saved, _, why2) = await medqa.RunAsync("profiles", "save", medqa.Profile(2), "--endpoint", endpoint);
        Assert.True(saved == 0, why2);
        File.Delete(medqa.Profile(2));
        foreach (string[] at in (string[][])[["--endpoint", endpoint], []])
        {
            var (named, shownHere, why3) = await medqa.RunAsync(["profiles", "show", "sums-2-samples-4", .. at]);
            Assert.True(named == 0, why3);
            Assert.Contains("\"samples\": 4", shownHere, StringComparison.Ordinal);
            Assert.Contains("\nsums-2,", (await medqa.RunAsync(["profiles", "--output", "csv", .. at])).Output, StringComparison.Ordinal);
        }

        // Another spelling is run under the one name, and said so.
        var spelled = await medqa.RunAsync("run", medqa.Sums(1), "--profile", "sums-2-seed-1-samples-2", "--endpoint", endpoint);
        Assert.True(spelled.Code == 0, spelled.Notices);
        Assert.Contains("Profile sums-2-seed-1-samples-2 is sums-2: a variation has one name", spelled.Notices, StringComparison.Ordinal);

        var (asked, _, hint) = await medqa.RunAsync("profiles", "delete", "sums-2", "--endpoint", endpoint);
        Assert.Equal(2, asked);
        Assert.Contains("Profile sums-2 will be deleted. This cannot be undone. Confirm that with --yes.", hint, StringComparison.Ordinal);
        Assert.Equal(0, (await medqa.RunAsync("profiles", "delete", "sums-2", "--yes", "--endpoint", endpoint)).Code);
        Assert.StartsWith("medqa: No profile 'sums-2'", (await medqa.RunAsync("profiles", "delete", "sums-2", "--yes", "--endpoint", endpoint)).Notices, StringComparison.Ordinal);
        var (fixedCode, _, fixedSaid) = await medqa.RunAsync("profiles", "delete", "sums-3", "--yes", "--endpoint", endpoint);
        Assert.Equal(2, fixedCode);
        Assert.Contains("Only stored profiles can be deleted.", fixedSaid, StringComparison.Ordinal);
        Assert.Equal("sums-3", (await medqa.JsonAsync("run", medqa.Sums(1), "--profile", medqa.Profile(3), "--endpoint", endpoint)).GetProperty("run").GetProperty("profile").GetString());
        var other = medqa.Profile(3);
        await File.WriteAllTextAsync(other, (await File.ReadAllTextAsync(other, Cancel)).Replace("180", "90", StringComparison.Ordinal), Cancel);
        var (taken, _, said) = await medqa.RunAsync("run", medqa.Sums(1), "--profile", other, "--endpoint", endpoint);
        Assert.Equal(2, taken);
        Assert.Contains("Store yours under another name", said, StringComparison.Ordinal);

        await WriteTheSameAsync(medqa, endpoint, ["results", "--output", "csv"], ["results", first, "--output", "json"], ["export", first, "--to", "out"]);
        await RefuseTheSameAsync(medqa, endpoint, ["results", "zzzz"]);

        var (refused, _, why) = await medqa.RunAsync("verify", first, "--endpoint", endpoint);
        Assert.Equal(2, refused);
        Assert.Contains("works only on the runs of this machine", why, StringComparison.Ordinal);
        server.Kill();
        await server.WaitForExitAsync(Cancel);

        var (gone, _, unreachable) = await medqa.RunAsync("results", "--endpoint", endpoint);
        Assert.Equal(1, gone);
        Assert.Contains("cannot be reached", unreachable, StringComparison.Ordinal);
    }

    [LongFact]
    public async Task Every_command_writes_the_same_here_and_against_a_service()
    {
        await using var medqa = new MedqaProcess();
        var (first, other) = await finished.CopyToAsync(medqa);
        var (_, endpoint) = await ServeAsync(medqa);
        var sums = medqa.Sums(4);

        var (estimated, estimate, said) = await medqa.RunAsync("estimate", sums, "--profile", "sums-1", "--endpoint", endpoint);
        Assert.True(estimated == 0, said);
        Assert.Contains($"at most {4 * 180:#,0}", estimate, StringComparison.Ordinal);
        Assert.Contains("no run of profile sums-1", estimate, StringComparison.Ordinal);

        var asked = await medqa.JsonAsync("run", sums, "--profile", "sums-1", "--endpoint", endpoint);
        var (twice, _, known) = await medqa.RunAsync("run", sums, "--profile", "sums-1", "--endpoint", endpoint);
        Assert.Equal(0, twice);
        Assert.Contains("was already asked with this profile and model", known, StringComparison.Ordinal);
        Assert.Equal(
            asked.GetProperty("run").GetProperty("run").GetString(),
            (await medqa.JsonAsync("results", "--endpoint", endpoint)).GetProperty("runs")[0].GetProperty("run").GetString());

        await WriteTheSameAsync(
            medqa,
            endpoint,
            ["results", first],
            ["results", first, "--output", "csv"],
            ["compare", first, other],
            ["profiles", "--output", "csv", "--profiles", "profiles"]);
        await RefuseTheSameAsync(medqa, endpoint, ["cancel", first]);

        var (lost, _, hint) = await medqa.RunAsync("results", "--endpoint", $"{endpoint.TrimEnd('/')}/api");
        Assert.Equal(2, lost);
        Assert.Contains($"must not include /api, which the client adds; use {endpoint.TrimEnd('/')}.", hint, StringComparison.Ordinal);

        var (deleted, _, _) = await medqa.RunAsync("delete", other, "--yes", "--endpoint", endpoint);
        Assert.Equal(0, deleted);
        foreach (var arguments in (string[][])[["replay", first], ["overlap", "--run", first]])
        {
            var here = await medqa.JsonAsync(arguments);
            var there = await medqa.JsonAsync([.. arguments, "--endpoint", endpoint]);
            Assert.Equal(here.GetRawText(), there.GetRawText());
        }
    }

    [Theory]
    [InlineData("http://example.com", "but questions and keys are sent to other machines over https only")]
    [InlineData("example.com", "but must be an address like")]
    public async Task An_endpoint_that_cannot_be_one_is_refused(string endpoint, string sentence)
    {
        await using var medqa = new MedqaProcess();
        var (code, _, notices) = await medqa.RunAsync("results", "--endpoint", endpoint);
        Assert.Equal(2, code);
        Assert.StartsWith($"medqa: --endpoint is '{endpoint}', {sentence}", notices, StringComparison.Ordinal);
    }

    /// <summary>Serves the data of the tool, with two profiles.</summary>
    private static async Task<(Process Server, string Endpoint)> ServeAsync(MedqaProcess medqa)
    {
        var profiles = Directory.CreateDirectory(Path.Combine(medqa.Folder, "profiles")).FullName;
        foreach (var samples in (int[])[1, 3])
        {
            File.Move(medqa.Profile(samples), Path.Combine(profiles, $"sums-{samples}.json"));
        }

        var server = medqa.Start("serve", "--urls", "http://127.0.0.1:0", "--profiles", "profiles");
        _ = server.StandardOutput.ReadToEndAsync(Cancel);
        var endpoint = (await MedqaProcess.SaidAsync(server, "Listening on ")).Split(';')[0];
        _ = server.StandardError.ReadToEndAsync(Cancel);
        return (server, endpoint);
    }

    /// <summary>The served host and the tool share one storage: what they read is the same, and so must be what they write.</summary>
    private static async Task WriteTheSameAsync(MedqaProcess medqa, string endpoint, params string[][] commands)
    {
        foreach (var arguments in commands)
        {
            var here = await medqa.RunAsync(arguments);
            var there = await medqa.RunAsync([.. arguments, "--endpoint", endpoint]);
            Assert.True(here.Code == 0 && there.Code == 0, $"{string.Join(' ', arguments)}: {here.Code} {here.Notices} {there.Code} {there.Notices}");
            Assert.True(here.Output == there.Output, $"{string.Join(' ', arguments)}:\n{here.Output}\nbut there:\n{there.Output}");
        }
    }

    private static async Task RefuseTheSameAsync(MedqaProcess medqa, string endpoint, string[] arguments)
    {
        var here = await medqa.RunAsync(arguments);
        var there = await medqa.RunAsync([.. arguments, "--endpoint", endpoint]);
        Assert.Equal((2, 2, ""), (here.Code, there.Code, there.Output));
        Assert.StartsWith("medqa: ", there.Notices, StringComparison.Ordinal);
    }
}
