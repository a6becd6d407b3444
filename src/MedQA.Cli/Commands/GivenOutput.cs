using System.CommandLine;
using System.Text;
using MedQA.Cli.Hosting;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>An option that also writes a command's document to a file.</summary>
internal static class GivenOutput
{
    /// <summary>The option for an HTML file.</summary>
    public static Option<string> Html() => Create("--html", "Also write a self-contained HTML file with plots", "FILE.html");

    /// <summary>An option.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it writes.</param>
    /// <param name="help">The name of its value in help.</param>
    public static Option<string> Create(string name, string description, string help)
    {
        var option = new Option<string>(name) { Description = description, HelpName = help };

        // Checked before anything is started or computed.
        option.Validators.Add(given =>
        {
            if (given.Tokens is [{ Value: { Length: > 0 } path }] && WhyUnusable(path) is { } reason)
            {
                given.AddError($"{name} is '{path}', but {reason}.");
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
            await WriteAsync(context, path, Encoding.UTF8.GetBytes(html()), cancellationToken);
        }
    }

    /// <summary>Writes a file.</summary>
    public static async Task WriteAsync(CommandContext context, string path, byte[] content, CancellationToken cancellationToken)
    {
        await OutputFile.WriteAllBytesAsync(path, content, cancellationToken);
        context.Console.Note($"Written: {Path.GetFullPath(path)}");
    }
}
