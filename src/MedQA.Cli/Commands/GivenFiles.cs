using System.CommandLine.Parsing;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>Checks the files that a command line names, so that missing files are reported with its other faults.</summary>
internal static class GivenFiles
{
    /// <summary>Adds an error for each missing file.</summary>
    /// <param name="given">The argument or option that names them.</param>
    /// <param name="files">The files.</param>
    public static void AddMissing(SymbolResult given, IEnumerable<string> files)
    {
        foreach (var file in files.Where(static file => file.Length > 0 && RegularFile.KindOf(file) == PathKind.Missing))
        {
            given.AddError($"No such file: {file}.");
        }
    }
}
