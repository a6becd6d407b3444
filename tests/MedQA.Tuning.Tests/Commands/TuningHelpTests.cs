using System.Diagnostics;
using MedQA.Tuning.Commands;

namespace MedQA.Tuning.Tests.Commands;

public sealed class TuningHelpTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Help_names_the_command_that_people_type_its_defaults_as_they_are_given_and_examples()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(TuningConsole).Assembly.Location, "--help"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var help = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("  medqa tune [options]", help, StringComparison.Ordinal);
        Assert.DoesNotContain("medqa-tune", help, StringComparison.Ordinal);
        Assert.DoesNotContain("[default", help, StringComparison.Ordinal);
        Assert.Contains("Default: vocabulary", help, StringComparison.Ordinal);
        Assert.Contains("AdamW's weight decay. Default: 0.00001", help, StringComparison.Ordinal);
        Assert.Contains("Examples:\n  medqa tune --data", help.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }
}
