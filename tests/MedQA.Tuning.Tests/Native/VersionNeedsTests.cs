using System.Text;
using MedQA.Tuning.Native;
using TorchSharp;

namespace MedQA.Tuning.Tests.Native;

public sealed class VersionNeedsTests
{
    [Fact]
    public void One_need_of_the_library_becomes_weak_and_nothing_else_changes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The library of Linux is looked at.");
        var original = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(typeof(torch).Assembly.Location)!, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
        var changed = original.ToArray();

        Assert.True(VersionNeeds.Weaken(changed, "GLIBCXX_3.4.32"));
        Assert.False(VersionNeeds.Weaken(original.ToArray(), "GLIBCXX_9.9.99"));

        var place = Assert.Single(Enumerable.Range(0, original.Length), index => original[index] != changed[index]);
        Assert.Equal((0, 2), (original[place], changed[place]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no library")]
    [InlineData("\u007fELF\u0002\u0001 and then nothing that could be a library, though it is long enough to be one")]
    public void Bytes_that_are_no_library_are_refused(string text)
    {
        var exception = Record.Exception(() => VersionNeeds.Weaken(Encoding.ASCII.GetBytes(text), "GLIBCXX_3.4.32"));

        Assert.IsType<InvalidDataException>(exception);
    }
}
