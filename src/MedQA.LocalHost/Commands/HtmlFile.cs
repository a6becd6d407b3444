using System.CommandLine;
using MedQA.Files;

namespace MedQA.LocalHost.Commands;

/// <summary>The option of commands that write a document: the same as an HTML file, which has plots too.</summary>
internal static class HtmlFile
{
    /// <summary>The option.</summary>
    public static Option<string> Create() => new("--html") { Description = "Write it as an HTML file that stands alone too, with plots", HelpName = "FILE.html" };

    /// <summary>Writes the file where one was named.</summary>
    public static async Task WriteAsync(CommandContext context, string? path, Func<string> html, CancellationToken cancellationToken)
    {
        if (path is not null)
        {
            await OutputFile.WriteAllTextAsync(path, html(), cancellationToken);
            context.Console.Note($"Written: {Path.GetFullPath(path)}");
        }
    }
}
