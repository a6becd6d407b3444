namespace MedQA.Cli.Tests.Commands;

/// <summary>The same commands on this machine's runs and on those of a served host: real processes.</summary>
public sealed class EndpointTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_commands_write_the_same_here_and_against_a_service()
    {
        await using var medqa = new MedqaProcess();
        var sums = medqa.Sums(4);
        foreach (var samples in (int[])[1, 3])
        {
            File.Move(medqa.Profile(samples), Path.Combine(Directory.CreateDirectory(Path.Combine(medqa.Folder, "profiles")).FullName, $"sums-{samples}.json"));
        }

        var server = medqa.Start("serve", "--urls", "http://127.0.0.1:0", "--profiles", "profiles");
        var output = server.StandardOutput.ReadToEndAsync(Cancel);
        var endpoint = (await MedqaProcess.SaidAsync(server, "Listening on ")).Split(';')[0];
        var notices = server.StandardError.ReadToEndAsync(Cancel);

        var (estimated, estimate, said) = await medqa.RunAsync("estimate", sums, "--profile", "sums-3", "--endpoint", endpoint);
        Assert.True(estimated == 0, said);
        Assert.Contains($"at most {4 * 3 * 180:#,0}", estimate, StringComparison.Ordinal);
        Assert.Contains("no run of profile sums-3", estimate, StringComparison.Ordinal);

        var (code, shown, notes) = await medqa.RunAsync("run", sums, "--profile", "sums-3", "--endpoint", endpoint);
        Assert.True(code == 0, notes);
        Assert.Contains(" of 4 right; ", shown, StringComparison.Ordinal);
        var second = await medqa.JsonAsync("run", sums, "--profile", "sums-1", "--endpoint", endpoint);
        var first = (await medqa.JsonAsync("results", "--endpoint", endpoint)).GetProperty("runs")[1].GetProperty("run").GetString()!;
        var other = second.GetProperty("run").GetProperty("run").GetString()!;

        var (twice, _, known) = await medqa.RunAsync("run", sums, "--profile", "sums-3", "--endpoint", endpoint);
        Assert.Equal(0, twice);
        Assert.Contains("was already asked with this profile and model", known, StringComparison.Ordinal);

        // The served host and these share one storage: what they read is the same, and so must be what they write.
        foreach (var arguments in (string[][])[["results", "--output", "csv"], ["results", first], ["results", first, "--output", "json"], ["results", first, "--output", "csv"], ["compare", first, other],
            ["profiles", "--output", "csv", "--profiles", "profiles"], ["export", first, "--to", "out"]])
        {
            var here = await medqa.RunAsync(arguments);
            var there = await medqa.RunAsync([.. arguments, "--endpoint", endpoint]);
            Assert.True(here.Code == 0 && there.Code == 0, $"{string.Join(' ', arguments)}: {here.Code} {here.Notices} {there.Code} {there.Notices}");
            Assert.True(here.Output == there.Output, $"{string.Join(' ', arguments)}:\n{here.Output}\nbut there:\n{there.Output}");
        }

        foreach (var arguments in (string[][])[["results", "zzzz"], ["cancel", first]])
        {
            var here = await medqa.RunAsync(arguments);
            var there = await medqa.RunAsync([.. arguments, "--endpoint", endpoint]);
            Assert.Equal((2, 2, ""), (here.Code, there.Code, there.Output));
            Assert.StartsWith("medqa: ", there.Notices, StringComparison.Ordinal);
        }

        var (lost, _, hint) = await medqa.RunAsync("results", "--endpoint", $"{endpoint.TrimEnd('/')}/api");
        Assert.Equal(2, lost);
        Assert.Contains($"must not include /api, which the client adds; use {endpoint.TrimEnd('/')}.", hint, StringComparison.Ordinal);

        var (deleted, _, _) = await medqa.RunAsync("delete", other, "--endpoint", endpoint);
        Assert.Equal(0, deleted);
        foreach (var arguments in (string[][])[["replay", first], ["overlap", "--run", first]])
        {
            var here = await medqa.JsonAsync(arguments);
            var there = await medqa.JsonAsync([.. arguments, "--endpoint", endpoint]);
            Assert.Equal(here.GetRawText(), there.GetRawText());
        }

        var (refused, _, why) = await medqa.RunAsync("verify", first, "--endpoint", endpoint);
        Assert.Equal(2, refused);
        Assert.Contains("works only on the runs of this machine", why, StringComparison.Ordinal);
        server.Kill();
        await server.WaitForExitAsync(Cancel);
        await Task.WhenAll(output, notices);

        var (gone, _, unreachable) = await medqa.RunAsync("results", "--endpoint", endpoint);
        Assert.Equal(1, gone);
        Assert.Contains("cannot be reached", unreachable, StringComparison.Ordinal);
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
}
