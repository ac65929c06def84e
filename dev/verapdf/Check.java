import java.io.File;
import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Holds PDF files against PDF/A-3a; what is wrong is said by the clause of ISO 19005-3. Ends with 1 if anything is. */
public class Check {
    public static void main(String[] files) throws Exception {
        Logger.getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        boolean good = files.length > 0;
        for (String name : files) {
            PDFAFlavour flavour = PDFAFlavour.PDFA_3_A;
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(name), flavour);
                    PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                ValidationResult result = validator.validate(parser);
                String verdict = result.isCompliant() ? "ok   " : "WRONG";
                System.out.printf("%s PDF/A-%s %s: %d checks%n", verdict, flavour.getId(), new File(name).getName(), result.getTotalAssertions());
                good &= result.isCompliant();
                Map<String, Integer> wrong = new TreeMap<>();
                for (TestAssertion each : result.getTestAssertions()) {
                    if (each.getStatus() == TestAssertion.Status.FAILED) {
                        wrong.merge(each.getRuleId().getClause() + " " + each.getMessage(), 1, Integer::sum);
                    }
                }
                wrong.forEach((what, count) -> System.out.println("      " + count + " x " + what));
            }
        }
        System.exit(good ? 0 : 1);
    }
}
