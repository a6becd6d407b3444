using System.CommandLine.Parsing;
using MedQA.Files;

namespace MedQA.Cli.Commands;

/// <summary>Files that a command line names: one that is missing is said together with what else is wrong with the line.</summary>
internal static class GivenFiles
{
    /// <summary>Says of each file that is missing that it is.</summary>
    /// <param name="given">The argument or option that names them.</param>
    /// <param name="files">The files.</param>
    public static void AddMissing(SymbolResult given, IEnumerable<string> files)
    {
        foreach (var file in files.Where(static file => file.Length > 0 && RegularFile.KindOf(file) == PathKind.Missing))
        {
            given.AddError($"There is no file {file}.");
        }
    }
}
