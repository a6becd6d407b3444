using System.CommandLine;
using MedQA.Cli.Hosting;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>The option that also writes a command's document as an HTML file with plots.</summary>
internal static class HtmlFile
{
    /// <summary>The option.</summary>
    public static Option<string> Create()
    {
        var option = new Option<string>("--html")
        {
            Description = "Also write a self-contained HTML file with plots",
            HelpName = "FILE.html"
        };

        // Checked before anything is started or computed.
        option.Validators.Add(static given =>
        {
            if (given.Tokens is [{ Value: { Length: > 0 } path }] && WhyUnusable(path) is { } reason)
            {
                given.AddError($"--html is '{path}', but {reason}.");
            }
        });
        return option;
    }

    private static string? WhyUnusable(string path)
    {
        if (RegularFile.KindOf(path) == PathKind.Folder)
        {
            return "that is a folder";
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return folder is null || RegularFile.KindOf(folder) == PathKind.Missing
            ? $"the folder {folder} does not exist"
            : OutputFolder.WhyNotWritable(folder);
    }

    /// <summary>Writes the file if one was named.</summary>
    public static async Task WriteAsync(CommandContext context, string? path, Func<string> html, CancellationToken cancellationToken)
    {
        if (path is not null)
        {
            await OutputFile.WriteAllTextAsync(path, html(), cancellationToken);
            context.Console.Note($"Written: {Path.GetFullPath(path)}");
        }
    }
}
